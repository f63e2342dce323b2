-- How many symbols hold the last session that has closed, and how far the others are.
with closed as (
    select traded.exchange, newest.session
    from (select distinct exchange from watched_instrument) as traded
    cross join lateral (
        select session from exchange_session
        where exchange = traded.exchange and closes_at <= %(now)s
        order by session desc
        limit 1
    ) as newest
)

select
    count(*) as symbols,
    count(*) filter (where newest.data_date >= closed.session and newest.is_final) as current,
    count(*) filter (where newest.data_date >= closed.session and not newest.is_final) as provisional,
    count(*) filter (where newest.data_date < closed.session) as behind,
    count(*) filter (where newest.symbol is null) as without_bars,
    max(closed.session) as last_session,
    min(newest.data_date) as farthest_behind
from watched_instrument as instrument
left join closed on closed.exchange = instrument.exchange
left join latest_price as newest on newest.symbol = instrument.symbol
