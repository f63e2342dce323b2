"""What is fetched, declared: a file for each family of datasets, with its rules and how it is read.

What the registry lists is planned, fetched, validated, loaded and reported.
"""
