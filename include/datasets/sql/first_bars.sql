select asked.symbol, held.first_session
from unnest(%(symbols)s::text []) as asked (symbol)
cross join lateral (
    select min(data_date) as first_session from stock_data where stock_data.symbol = asked.symbol
) as held
where held.first_session is not null
