-- What is held comes from symbol_coverage, which is as new as the table, so that not every bar is read.
create or replace view adjustment_coverage as
with stop as (
    select distinct on (factor.symbol)
        factor.symbol,
        factor.effective_date,
        factor.session_before,
        factor.close_before is not null as is_held
    from adjustment_factor as factor
    inner join symbol_coverage as held on held.symbol = factor.symbol and held.first_session < factor.effective_date
    where factor.dividend_factor is null
    order by factor.symbol, factor.effective_date desc
)

select
    held.symbol,
    held.first_session,
    held.last_session,
    splits.asked_through as splits_asked_through,
    dividends.asked_through as dividends_asked_through,
    case when splits.symbol is not null then held.first_session end as split_adjusted_from,
    case
        when splits.symbol is null or dividends.symbol is null then null
        when stop.symbol is null then held.first_session
        else (
            select min(bar.data_date) from stock_data as bar
            where bar.symbol = held.symbol and bar.data_date >= stop.effective_date
        )
    end as adjusted_from,
    case
        when splits.symbol is null then 'its splits were not asked for yet'
        when dividends.symbol is null then 'its dividends were not asked for yet'
        when not stop.is_held
            then format('the close of %s, before the ex-date %s, is not held', stop.session_before, stop.effective_date)
        when stop.is_held
            then format('the dividend of %s is not less than the close before it', stop.effective_date)
    end as not_before_because
from symbol_coverage as held
left join corporate_action_check as splits on splits.symbol = held.symbol and splits.kind = 'split'
left join corporate_action_check as dividends on dividends.symbol = held.symbol and dividends.kind = 'dividend'
left join stop on stop.symbol = held.symbol;
