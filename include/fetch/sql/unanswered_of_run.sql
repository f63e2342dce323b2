-- What a run, since it was last started, asked for in vain after the API's last answer, and whether just now.
select
    request.symbol,
    request.function,
    request.recorded_at >= clock_timestamp() - %(rest)s::interval as is_recent
from request
inner join pipeline_run on pipeline_run.id = request.pipeline_run_id
where
    request.pipeline_run_id = %(run)s
    and request.recorded_at >= pipeline_run.started_at
    and request.outcome = 'failed'
    and request.kind in ('TransportError', 'EmptyDocument')
    and not exists (
        select from request as answered
        where
            answered.pipeline_run_id = request.pipeline_run_id
            and answered.answered_at > request.recorded_at
    )
