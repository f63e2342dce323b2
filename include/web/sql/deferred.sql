-- What the last daily run left for later, and why.
select
    request.symbol,
    request.function,
    request.reason,
    count(*) over () as of_all
from request
where
    request.outcome = 'deferred'
    and request.pipeline_run_id = (
        select max(id) from pipeline_run where dag_id = 'stock_data_pipeline'
    )
order by request.symbol, request.function
limit 100
