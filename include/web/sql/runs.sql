select
    dag_id,
    run_id,
    state,
    started_at,
    ended_at,
    cardinality(symbols) as symbols,
    message
from pipeline_run
order by id desc
limit 8
