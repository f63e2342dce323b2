"""What to ask for: what is due, by when, and what the calls that are left are spent on.

Nothing is asked of the API here and nothing is loaded.
"""
