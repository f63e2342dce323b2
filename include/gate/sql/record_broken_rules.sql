-- What a retry of the judgement finds replaces what the try before found.
with old as (
    delete from broken_rule
    where
        pipeline_run_id = %(run)s and symbol = %(symbol)s
        and not rule = any(%(rules)s)
)

insert into broken_rule (pipeline_run_id, symbol, rule, severity, bars, first_session, last_session, told)
select %(run)s, %(symbol)s, found.rule, found.severity, found.bars, found.first_session, found.last_session, found.told
from unnest(
    %(rules)s::text [], %(severities)s::text [], %(bars)s::int [], %(first)s::date [], %(last)s::date [], %(told)s::text []
) as found (rule, severity, bars, first_session, last_session, told)
on conflict (pipeline_run_id, symbol, rule) do update
    set severity = excluded.severity, bars = excluded.bars, first_session = excluded.first_session,
        last_session = excluded.last_session, told = excluded.told
