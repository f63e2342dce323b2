-- When the body that was loaded last was fetched, of each dataset that ever was loaded; or when the API was asked last
-- and knew nothing.
select symbol, max(fetched_at) as fetched_at
from (
    select verdict.symbol, request.fetched_at
    from verdict
    inner join dataset on dataset.name = verdict.symbol
    inner join request
        on
            request.pipeline_run_id = verdict.pipeline_run_id and request.symbol = verdict.symbol
            and request.function = dataset.function
    where verdict.new_bars is not null
    union all
    select request.symbol, pipeline_run.clock
    from request
    inner join dataset on dataset.name = request.symbol and dataset.function = request.function
    inner join pipeline_run on pipeline_run.id = request.pipeline_run_id
    where request.outcome = 'left out' and request.kind in ('NoRows', 'NothingOfSymbol')
) as asked
group by symbol
