-- How many symbols hold the last session that has closed, and how far the others are.
with closed as (
    select exchange, max(session) as session
    from exchange_session
    where closes_at <= %(now)s
    group by exchange
)

select
    count(*) as symbols,
    count(*) filter (where newest.data_date >= closed.session and newest.is_final) as current,
    count(*) filter (where newest.data_date >= closed.session and not newest.is_final) as provisional,
    count(*) filter (where newest.data_date < closed.session) as behind,
    count(*) filter (where newest.symbol is null) as without_bars,
    max(closed.session) as last_session,
    min(newest.data_date) as farthest_behind
from instrument
left join closed on closed.exchange = instrument.exchange
left join latest_price as newest on newest.symbol = instrument.symbol
where instrument.state <> 'delisted'
