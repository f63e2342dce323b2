-- A run of this symbol that has begun and not ended; one that is silent for a day is taken for dead.
select dag_id, run_id
from pipeline_run
where
    state = 'running'
    and started_at > clock_timestamp() - interval '1 day'
    and array[%(symbol)s, %(weekly)s, %(monthly)s] && symbols
order by id desc
limit 1
