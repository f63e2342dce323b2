"""The tasks that DAGs are made of, and their defaults: each finds its run and calls one room.

Nothing heavy is imported until a task runs.
"""
