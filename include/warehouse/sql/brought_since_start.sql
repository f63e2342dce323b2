select request.symbol, request.function
from request
inner join pipeline_run on pipeline_run.id = request.pipeline_run_id
where
    request.pipeline_run_id = %(run)s
    and request.outcome in ('fetched', 'reused')
    and request.recorded_at >= pipeline_run.started_at
