"""The tasks that DAGs are made of, with their defaults: each opens the warehouse, finds its run and calls one room.

Nothing heavy is imported until a task runs.
"""
