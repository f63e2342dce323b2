"""What happened: results of a run, gaps and their causes, lineage, the quality report.

It reads what the other rooms recorded, for people.
"""
