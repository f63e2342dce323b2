with page as (
    select symbol, exchange, state from instrument
    where %(after)s::text is null or symbol > %(after)s
    order by symbol
    limit %(limit)s
),

lacking as (
    select symbol, count(*) as sessions from gap
    where valid_to is null and symbol in (select symbol from page)
    group by symbol
)

select
    page.symbol,
    page.exchange,
    page.state,
    held.first_session,
    held.last_session,
    coalesce(held.bars, 0) as bars,
    coalesce(held.final_bars, 0) as final_bars,
    coalesce(held.revised_bars, 0) as revised_bars,
    coalesce(lacking.sessions, 0) as open_gaps,
    adjusted.split_adjusted_from,
    adjusted.adjusted_from,
    adjusted.not_before_because,
    adjusted.doubtful_before,
    adjusted.doubtful_because,
    held.last_fetched_at
from page
left join symbol_coverage as held on held.symbol = page.symbol
left join lacking on lacking.symbol = page.symbol
left join adjustment_coverage as adjusted on adjusted.symbol = page.symbol
order by page.symbol
