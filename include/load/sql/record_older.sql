-- A warning beside those of the gate, once, however often the load is tried.
with added as (
    insert into broken_rule (pipeline_run_id, symbol, rule, severity, bars, first_session, last_session, told)
    values (%(run)s, %(name)s, 'not_stale', 'warning', %(rows)s, %(first)s, %(last)s, %(sentence)s)
    on conflict (pipeline_run_id, symbol, rule) do nothing
    returning symbol
)

update verdict
set warnings = warnings + 1, reasons = reasons || %(sentence)s::text
from added
where verdict.pipeline_run_id = %(run)s and verdict.symbol = added.symbol
