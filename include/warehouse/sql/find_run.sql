select id, run_id, clock, simulated, symbols
from pipeline_run
where dag_id = %(dag_id)s and run_id = %(run_id)s and was_planned
