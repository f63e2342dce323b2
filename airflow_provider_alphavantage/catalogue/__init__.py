"""The functions of the API as data: a module for each section of the vendor's documentation (2026-09)."""
