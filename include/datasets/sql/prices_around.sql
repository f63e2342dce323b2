-- Of each symbol and day the bar held before the day, and the first one from the day on.
select
    asked.symbol, asked.day, before.data_date as day_before, before.close, later.data_date as day_at, later.open
from unnest(%(symbols)s::text [], %(days)s::date []) as asked (symbol, day)
left join lateral (
    select data_date, close from stock_data
    where stock_data.symbol = asked.symbol and data_date < asked.day
    order by data_date desc
    limit 1
) as before on true
left join lateral (
    select data_date, open from stock_data
    where stock_data.symbol = asked.symbol and data_date >= asked.day
    order by data_date
    limit 1
) as later on true
