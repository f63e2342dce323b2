"""What people and programs see of the warehouse, inside Airflow's UI: pages, and a data API."""
