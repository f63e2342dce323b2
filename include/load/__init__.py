"""Into the warehouse: merge, history, views, retention; the SQL beside the module that runs it.

What was accepted enters whole or not at all, and what it replaces is kept.
"""
