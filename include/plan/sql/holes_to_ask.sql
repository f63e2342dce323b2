-- Symbols that no list has any more and whose vendor left out one of the last hundred sessions: those whose
-- turn it is. A step is a number of sessions after the hole was found; it is done once a body came after it.
with today as (
    select exchange, max(position) as position
    from exchange_session
    where closes_at <= %(now)s
    group by exchange
)

select gap.symbol, min(gap.session) as session
from gap
inner join instrument using (symbol)
inner join today using (exchange)
inner join exchange_session as day on day.exchange = instrument.exchange and day.session = gap.session
cross join lateral (
    select
        max(position) filter (where closes_at <= gap.valid_from) as found,
        max(position) filter (
            where closes_at <= (
                select max(fetched_at)
                from request
                where symbol = gap.symbol and function = 'TIME_SERIES_DAILY' and outcome = 'fetched'
            )
        ) as asked
    from exchange_session
    where exchange_session.exchange = instrument.exchange
) as last
where
    gap.valid_to is null and gap.cause = 'vendor hole' and instrument.state = 'active'
    and gap.symbol <> all(%(symbols)s)
    and day.position > today.position - %(reach)s
    and exists (
        select from unnest(%(steps)s::int []) as step
        where last.asked < last.found + step and last.found + step <= today.position
    )
group by gap.symbol
order by min(gap.session), gap.symbol
