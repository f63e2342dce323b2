select held.symbol, held.data_date, held.open, held.high, held.low, held.close, held.volume
from stock_data as held
inner join unnest(%(symbols)s::text [], %(sessions)s::date []) as batch (symbol, first_session)
    on held.symbol = batch.symbol and held.data_date >= batch.first_session
