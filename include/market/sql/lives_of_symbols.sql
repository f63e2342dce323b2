-- Where each of these symbols stands in its life, in their order. The listing knows no symbol with a suffix.
select
    asked.symbol,
    coalesce(instrument.state, 'active') as state,
    instrument.refused_at,
    instrument.delisted_on,
    bars.last_bar,
    body.fetched_at,
    active.is_listed,
    active.listed_since
from unnest(%(symbols)s::text []) with ordinality as asked (symbol, position)
left join instrument on instrument.symbol = asked.symbol
cross join lateral (
    select max(data_date) as last_bar from stock_data where stock_data.symbol = asked.symbol
) as bars
cross join lateral (
    select max(fetched_at) as fetched_at
    from request
    where request.symbol = asked.symbol and function = 'TIME_SERIES_DAILY' and outcome = 'fetched'
) as body
cross join lateral (
    select
        case
            when strpos(asked.symbol, '.') = 0 and exists (select from listing_check where status = 'Active')
                then count(*) > 0
        end as is_listed,
        max(ipo_date) as listed_since
    from listing
    where listing.symbol = asked.symbol and status = 'Active'
) as active
order by asked.position
