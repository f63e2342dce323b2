select symbol, data_date, open, high, low, close, volume, is_final
from stock_data
where
    symbol = %(symbol)s
    and data_date >= coalesce(%(from)s::date, '-infinity')
    and data_date <= coalesce(%(to)s::date, 'infinity')
    and data_date > coalesce(%(after)s::date, '-infinity')
order by data_date
limit %(limit)s
