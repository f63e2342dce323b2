-- What is known of these sessions for each of these symbols: where rows of a symbol overlap, the later one counts.
-- Each table is read once for the whole rectangle, and what comes back are lists, not cells.
with calendar as (
    select exchange, array_agg(session) as sessions
    from exchange_session
    where
        exchange in (select exchange from instrument where symbol = any(%(symbols)s))
        and session = any(%(sessions)s)
    group by exchange
),

told as (
    select 1 as layer, instrument.symbol, 'not expected' as state, calendar.sessions
    from instrument
    inner join calendar on calendar.exchange = instrument.exchange
    where instrument.symbol = any(%(symbols)s)
    union all
    select case when is_final then 2 else 4 end, symbol, case when is_final then 'held' else 'provisional' end,
        array_agg(data_date)
    from stock_data
    where symbol = any(%(symbols)s) and data_date = any(%(sessions)s)
    group by symbol, is_final
    union all
    select 3, symbol, 'revised', array_agg(data_date)
    from stock_data_history as replaced
    where
        symbol = any(%(symbols)s) and data_date = any(%(sessions)s) and not provisional
        and exists (
            select from stock_data as held
            where held.symbol = replaced.symbol and held.data_date = replaced.data_date
        )
    group by symbol
    union all
    select 5, symbol, cause, array_agg(session)
    from gap
    where symbol = any(%(symbols)s) and session = any(%(sessions)s) and valid_to is null
    group by symbol, cause
)

select symbol, state, sessions
from told
order by layer
