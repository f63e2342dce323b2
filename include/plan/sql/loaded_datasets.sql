-- When the body that was loaded last was fetched, of each dataset that ever was loaded.
select verdict.symbol, max(request.fetched_at) as fetched_at
from verdict
inner join dataset on dataset.name = verdict.symbol
inner join request
    on
        request.pipeline_run_id = verdict.pipeline_run_id and request.symbol = verdict.symbol
        and request.function = dataset.function
where verdict.new_bars is not null
group by verdict.symbol
