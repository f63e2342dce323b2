-- The bars held of each symbol, from so many days before its batch begins.
select
    held.symbol, held.data_date, held.open, held.high, held.low, held.close, held.volume, held.is_final,
    held.fetched_at at time zone 'UTC' as fetched_at
from stock_data as held
inner join unnest(%(symbols)s::text [], %(sessions)s::date []) as batch (symbol, first_session)
    on held.symbol = batch.symbol and held.data_date >= batch.first_session - %(days)s::int
order by held.symbol, held.data_date
