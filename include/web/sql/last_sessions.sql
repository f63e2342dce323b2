-- The last sessions that have begun, of any of these exchanges.
select session
from (
    select distinct newest.session
    from unnest(%(exchanges)s::text[]) as asked (exchange)
    cross join lateral (
        select session from exchange_session
        where exchange = asked.exchange and opens_at <= %(now)s
        order by session desc
        limit %(sessions)s
    ) as newest
    order by session desc
    limit %(sessions)s
) as begun
order by session
