insert into request (
    pipeline_run_id, symbol, function, outputsize, outcome, path, origin, fetched_at, final_through, kind, reason
)
values (
    %(run)s, %(symbol)s, %(function)s, %(outputsize)s, %(outcome)s, %(path)s, %(origin)s, %(fetched_at)s,
    %(final_through)s, %(kind)s, %(reason)s
)
on conflict (pipeline_run_id, symbol, function) do update
    set outputsize = excluded.outputsize, outcome = excluded.outcome, path = excluded.path,
        origin = excluded.origin, fetched_at = excluded.fetched_at, final_through = excluded.final_through,
        kind = excluded.kind, reason = excluded.reason, recorded_at = clock_timestamp()
