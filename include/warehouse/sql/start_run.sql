insert into pipeline_run (dag_id, run_id, clock, simulated, symbols)
values (%(dag_id)s, %(run_id)s, %(clock)s, %(simulated)s, %(symbols)s)
on conflict (dag_id, run_id) do update
    set clock = excluded.clock, simulated = excluded.simulated, symbols = excluded.symbols,
        started_at = clock_timestamp(), ended_at = null, state = 'running', message = null, was_planned = true
returning id, run_id, clock, simulated, symbols
