-- A run that failed in its first task. Simulated clocks stand still: it has that of the run before.
insert into pipeline_run (
    dag_id, run_id, clock, simulated, symbols, ended_at, state, message, was_planned
)
select
    %(dag_id)s, %(run_id)s, coalesce(newest.clock, clock_timestamp()), newest.clock is not null, '{}', clock_timestamp(),
    'failed', %(message)s, false
from (values (1)) as this
left join lateral (
    select before.clock from (
        select clock, simulated from pipeline_run where was_planned order by id desc limit 1
    ) as before
    where before.simulated
) as newest on true
on conflict (dag_id, run_id) do update
    set ended_at = excluded.ended_at, state = excluded.state, message = excluded.message, was_planned = false
