-- Whether the API told a run within the last hour, since it was last started, that the day's quota is spent. One
-- such answer is believed of its own symbol; of all others once a second symbol got it, too.
select coalesce(count(distinct request.symbol) > 1 or bool_or(request.symbol = %(symbol)s), false)
from request
inner join pipeline_run on pipeline_run.id = request.pipeline_run_id
where
    request.pipeline_run_id = %(run)s
    and request.kind = 'DailyQuotaSpent'
    and request.recorded_at >= greatest(pipeline_run.started_at, clock_timestamp() - interval '1 hour')
