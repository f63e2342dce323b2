-- How many requests the last daily run put off.
select count(*) as waiting
from request
where
    pipeline_run_id = (select max(id) from pipeline_run where dag_id = 'stock_data_pipeline')
    and outcome = 'deferred'
