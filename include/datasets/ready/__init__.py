"""Datasets that people switch on by name: what is asked of each subject, and what its rows have to keep.

One file for each family; :mod:`include.datasets.ready.registry` has all of them.
"""
