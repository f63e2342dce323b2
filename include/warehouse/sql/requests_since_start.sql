select
    request.symbol, request.function, request.outcome, request.outputsize, request.path, request.origin,
    request.fetched_at, request.final_through, request.kind, request.reason
from request
inner join pipeline_run on pipeline_run.id = request.pipeline_run_id
where request.pipeline_run_id = %(run)s and request.recorded_at >= pipeline_run.started_at
