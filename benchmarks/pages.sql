insert into instrument (symbol, exchange, added_through, expected_through)
select 'S' || lpad(n::text, 4, '0'), 'XNYS', '2026-05-15', '2026-05-15' from generate_series(1, %(symbols)s) as n;
insert into stock_data
(symbol, data_date, open, high, low, close, volume, is_final, fetched_at, valid_from, final_from)
select instrument.symbol, day.session, 100, 102, 99, 101, 1000000, true, %(now)s, %(now)s, %(now)s
from instrument
cross join (
    select session from exchange_session where exchange = 'XNYS' and closes_at <= %(now)s
    order by session desc limit %(sessions)s
) as day
order by 1, 2;
insert into stock_data_history
(symbol, data_date, open, high, low, close, volume, fetched_at, valid_from, valid_to, final_from)
select symbol, '2026-05-13', 100, 102, 99, 100.5, 1000000, %(now)s, %(now)s, %(now)s, %(now)s from instrument;
insert into gap (symbol, session, cause, valid_from)
select symbol, '2006-01-03', 'vendor hole', %(now)s from instrument;
insert into corporate_action
select symbol, 'dividend', '2026-05-11', 0.5, '2026-05-08', null, null, null, 'body', %(now)s, %(now)s from instrument;
insert into corporate_action_check
select symbol, kind, '2026-05-15', 'body', %(now)s from instrument, unnest('{split,dividend}'::text[]) as kind;
;
insert into pipeline_run (dag_id, run_id, clock, simulated, symbols, started_at, ended_at, state)
select
    'stock_data_pipeline', 'run ' || n, %(now)s, false, (select array_agg(symbol) from instrument), %(now)s::timestamptz - n * interval '1 day',
    %(now)s, 'success'
from generate_series(1, 60) as n;
insert into verdict (pipeline_run_id, symbol, accepted, bars, refused_bars, warnings, reasons)
select run.id, instrument.symbol, true, 100, 0, 0, '{}' from pipeline_run as run cross join instrument;
insert into broken_rule (pipeline_run_id, symbol, rule, severity, bars, first_session, last_session, told)
select run.id, instrument.symbol, rule, 'warning', 1, '2026-05-15', '2026-05-15', 'as many words as such a sentence has'
from pipeline_run as run
cross join (select symbol from instrument order by symbol limit 20) as instrument
cross join unnest('{usual_return,usual_volume,fresh}'::text []) as rule;
insert into api_call (fingerprint, host_group, function, symbol, reserved_at, outcome)
select
    'f', 'default', 'TIME_SERIES_DAILY', 'S0001', %(now)s::timestamptz - n * interval '20 seconds', 'data'
from generate_series(1, 100000) as n
