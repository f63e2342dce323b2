-- One row for each sample: a name, a label's value where it has one, and the number.
with newest as (
    select state, clock, started_at, ended_at from pipeline_run
    where dag_id = 'stock_data_pipeline'
    order by id desc
    limit 1
),

closed as (
    select distinct on (exchange) exchange, position
    from exchange_session
    where closes_at <= %(now)s
    order by exchange, session desc
),

lag as (
    select instrument.exchange, greatest(closed.position - day.position, 0) as sessions
    from watched_instrument as instrument
    inner join closed on closed.exchange = instrument.exchange
    inner join latest_price as held on held.symbol = instrument.symbol
    inner join exchange_session as day
        on day.exchange = instrument.exchange and day.session = held.data_date
)

select 'bars' as name, null as label, coalesce(sum(bars), 0)::float8 as value from symbol_coverage
union all
select 'revised_bars', null, coalesce(sum(revised_bars), 0)::float8 from symbol_coverage
union all
select 'symbols', state, count(*)::float8 from instrument group by state
union all
select 'lag_sessions_most', exchange, max(sessions)::float8 from lag group by exchange
union all
select 'symbols_behind', exchange, count(*) filter (where sessions > 0)::float8 from lag group by exchange
union all
select 'gaps', cause, count(*)::float8 from gap where valid_to is null group by cause
union all
select 'quarantine_open_bars', null, count(*)::float8 from quarantine_open
union all
select 'last_run_refused_symbols', null, count(*)::float8
from verdict
where not accepted and pipeline_run_id = (select max(pipeline_run_id) from verdict)
union all
select 'last_run_start_timestamp_seconds', null, extract(epoch from started_at)::float8 from newest
union all
select 'last_run_state', state, 1 from newest
union all
select 'budget_used_calls', null, count(*)::float8
from api_call
where
    reserved_at > %(now)s::timestamptz - interval '24 hours'
    and fingerprint = (select fingerprint from api_call order by id desc limit 1)
