-- The rules broken most, in the last 30 runs that the gate judged in.
with judged as (
    select distinct pipeline_run_id from verdict order by pipeline_run_id desc limit 30
)

select
    rule,
    severity,
    count(distinct pipeline_run_id) as runs,
    count(distinct symbol) as symbols,
    sum(bars) as bars,
    (array_agg(told order by pipeline_run_id desc, symbol))[1] as last_told
from broken_rule
inner join judged using (pipeline_run_id)
group by rule, severity
order by array_position('{critical,warning,info}', severity), bars desc, rule
