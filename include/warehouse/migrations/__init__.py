"""The warehouse's schema and how it came about, with Alembic."""
