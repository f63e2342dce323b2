-- The rules that these symbols broke, in place of what the try before found.
with found as (
    select *
    from jsonb_to_recordset(%(broken)s) as listed (
        symbol text, rule text, severity text, bars int, first_session date, last_session date, told text
    )
),

gone as (
    delete from broken_rule as held
    where
        held.pipeline_run_id = %(run)s and held.symbol = any(%(symbols)s)
        and not exists (select from found where (found.symbol, found.rule) = (held.symbol, held.rule))
)

insert into broken_rule (pipeline_run_id, symbol, rule, severity, bars, first_session, last_session, told)
select %(run)s, symbol, rule, severity, bars, first_session, last_session, told
from found
on conflict (pipeline_run_id, symbol, rule) do update
    set severity = excluded.severity, bars = excluded.bars, first_session = excluded.first_session,
        last_session = excluded.last_session, told = excluded.told
