create materialized view latest_price as
select distinct on (symbol)
    symbol,
    data_date,
    close,
    lag(close) over by_session as previous_close,
    close - lag(close) over by_session as change,
    round(100 * (close / lag(close) over by_session - 1), 4) as change_percent,
    volume,
    is_final,
    fetched_at
from stock_data
window by_session as (partition by symbol order by data_date)
order by symbol, data_date desc;
create unique index latest_price_symbol on latest_price (symbol);
comment on materialized view latest_price is
    'The newest bar of each symbol, as traded, and its step from the bar before: on an ex-date of a split the step is the split.';

create materialized view symbol_coverage as
select
    symbol,
    min(data_date) as first_session,
    max(data_date) as last_session,
    count(*) as bars,
    count(*) filter (where is_final) as final_bars,
    round(avg(close), 6) as average_close,
    (
        select count(*) from stock_data_history as replaced
        where replaced.symbol = stock_data.symbol and not replaced.provisional
    ) as revised_bars,
    max(fetched_at) as last_fetched_at
from stock_data
group by symbol;
create unique index symbol_coverage_symbol on symbol_coverage (symbol);
comment on materialized view symbol_coverage is
    'What is held of each symbol. last_fetched_at is when values last changed: a bar that comes again unchanged writes nothing.';

create materialized view market_summary as
with step as (
    select
        symbol,
        data_date,
        volume,
        close - lag(close) over (partition by symbol order by data_date) as change
    from stock_data
)

select
    data_date,
    count(*) as symbols,
    count(*) filter (where change > 0) as advancing,
    count(*) filter (where change < 0) as declining,
    count(*) filter (where change = 0) as unchanged,
    sum(volume) as volume
from step
group by data_date;
create unique index market_summary_session on market_summary (data_date);
comment on materialized view market_summary is
    'Each session over all symbols held. A symbol''s first bar advances and declines nothing.';
