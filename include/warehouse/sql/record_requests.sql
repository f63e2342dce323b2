insert into request (
    pipeline_run_id, symbol, function, outputsize, outcome, path, origin, fetched_at, final_through, kind, reason
)
select
    %(run)s, ended.symbol, ended.function, ended.outputsize, ended.outcome, ended.path, ended.origin,
    ended.fetched_at, ended.final_through, ended.kind, ended.reason
from unnest(
    %(symbol)s::text [], %(function)s::text [], %(outputsize)s::text [], %(outcome)s::text [], %(path)s::text [],
    %(origin)s::text [], %(fetched_at)s::timestamptz [], %(final_through)s::date [], %(kind)s::text [],
    %(reason)s::text []
) with ordinality as ended (
    symbol, function, outputsize, outcome, path, origin, fetched_at, final_through, kind, reason, position
)
order by ended.position
on conflict (pipeline_run_id, symbol, function) do update
    set outputsize = excluded.outputsize, outcome = excluded.outcome, path = excluded.path,
        origin = excluded.origin, fetched_at = excluded.fetched_at, final_through = excluded.final_through,
        kind = excluded.kind, reason = excluded.reason, recorded_at = clock_timestamp()
