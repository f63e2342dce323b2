"""What is fetched, declared: one file for each family of datasets, with its rules and how its responses are read.

A dataset added to :mod:`include.datasets.registry.registry` is planned, fetched, validated, loaded and reported.
"""
