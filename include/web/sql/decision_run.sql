-- How the run of the DAG quarantine went that a person has asked for; no row until it has begun.
select state, message from pipeline_run where dag_id = 'quarantine' and run_id = %(run_id)s
