"""The daily market-data pipeline: what is kept, and how it gets there."""
