"""Other data than daily bars: what is declared in ``include/datasets.py``, from the plan to the report."""
