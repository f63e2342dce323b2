"""The database: connections, whose data it holds, migrations, and the audit of runs and requests.

It knows nothing of what is stored in it.
"""
