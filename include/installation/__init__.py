"""Preparing Airflow and the warehouse for a first run: settings, secrets and schemas.

Used by the containers and by ``make run``; by no DAG.
"""
