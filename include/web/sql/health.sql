-- What probes ask: counts and times only. A symbol is stale that lacks the last three closed sessions.
with newest as (
    select state, clock from pipeline_run
    where dag_id = 'stock_data_pipeline'
    order by id desc
    limit 1
),

third as (
    select exchange, (array_agg(session order by session desc))[3] as session
    from exchange_session
    where closes_at <= %(now)s and closes_at > %(now)s::timestamptz - interval '30 days'
    group by exchange
)

select
    (select version_num from alembic_version) as schema,
    (select state from newest) as run_state,
    (select clock from newest) as run_clock,
    (
        select count(*)
        from watched_instrument as instrument
        inner join third on third.exchange = instrument.exchange
        left join latest_price as held on held.symbol = instrument.symbol
        where instrument.state = 'active' and coalesce(held.data_date, '-infinity') < third.session
    ) as stale_symbols,
    (select count(*) from quarantine_open) as quarantined,
    (
        select count(*) from api_call
        where
            outcome is null
            and reserved_at < %(now)s::timestamptz - interval '1 hour'
            and reserved_at > %(now)s::timestamptz - interval '24 hours'
    ) as unanswered_calls
