"""What `make run` starts on a laptop: PostgreSQL, the sandbox API and Airflow, all under one folder."""
