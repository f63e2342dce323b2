-- What a run fetched itself stays fetched where the run uses it again.
insert into request (
    pipeline_run_id, symbol, function, outputsize, outcome, path, origin, fetched_at, final_through, kind, reason,
    answered_at
)
select
    %(run)s, ended.symbol, ended.function, ended.outputsize, ended.outcome, ended.path, ended.origin,
    ended.fetched_at, ended.final_through, ended.kind, ended.reason,
    case when ended.path is not null and ended.outcome <> 'reused' then clock_timestamp() end
from unnest(
    %(symbol)s::text [], %(function)s::text [], %(outputsize)s::text [], %(outcome)s::text [], %(path)s::text [],
    %(origin)s::text [], %(fetched_at)s::timestamptz [], %(final_through)s::date [], %(kind)s::text [],
    %(reason)s::text []
) with ordinality as ended (
    symbol, function, outputsize, outcome, path, origin, fetched_at, final_through, kind, reason, position
)
order by ended.position
on conflict (pipeline_run_id, symbol, function) do update
    set outcome = case
            when
                excluded.outcome = 'reused' and request.outcome = 'fetched'
                and (request.path, request.fetched_at) = (excluded.path, excluded.fetched_at)
                then 'fetched'
            else excluded.outcome
        end,
        outputsize = excluded.outputsize, path = excluded.path, origin = excluded.origin,
        fetched_at = excluded.fetched_at, final_through = excluded.final_through, kind = excluded.kind,
        reason = excluded.reason, recorded_at = clock_timestamp(),
        answered_at = coalesce(excluded.answered_at, request.answered_at)
