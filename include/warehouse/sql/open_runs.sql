select id, dag_id, run_id, started_at from pipeline_run where state = 'running' order by id
