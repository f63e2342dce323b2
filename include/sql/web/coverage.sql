-- As the view adjustment_coverage tells it; but what is held comes from symbol_coverage, which is as new as the
-- table, so that not every bar is read.
with page as (
    select symbol, exchange, state from instrument
    where %(after)s::text is null or symbol > %(after)s
    order by symbol
    limit %(limit)s
),

stop as (
    select distinct on (factor.symbol)
        factor.symbol,
        factor.effective_date,
        factor.session_before,
        factor.close_before is not null as is_held
    from adjustment_factor as factor
    inner join symbol_coverage as held on held.symbol = factor.symbol and held.first_session < factor.effective_date
    where factor.dividend_factor is null and factor.symbol in (select symbol from page)
    order by factor.symbol, factor.effective_date desc
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
    case when splits.symbol is not null then held.first_session end as split_adjusted_from,
    case
        when splits.symbol is null or dividends.symbol is null then null
        when stop.symbol is null then held.first_session
        else (
            select min(bar.data_date) from stock_data as bar
            where bar.symbol = page.symbol and bar.data_date >= stop.effective_date
        )
    end as adjusted_from,
    case
        when held.symbol is null then null
        when splits.symbol is null then 'its splits were not asked for yet'
        when dividends.symbol is null then 'its dividends were not asked for yet'
        when not stop.is_held
            then format('the close of %%s, before the ex-date %%s, is not held', stop.session_before, stop.effective_date)
        when stop.is_held
            then format('the dividend of %%s is not less than the close before it', stop.effective_date)
    end as not_before_because,
    held.last_fetched_at
from page
left join symbol_coverage as held on held.symbol = page.symbol
left join lacking on lacking.symbol = page.symbol
left join stop on stop.symbol = page.symbol
left join corporate_action_check as splits on splits.symbol = page.symbol and splits.kind = 'split'
left join corporate_action_check as dividends on dividends.symbol = page.symbol and dividends.kind = 'dividend'
order by page.symbol
