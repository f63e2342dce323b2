select
    symbol,
    data_date,
    open::numeric(18, 6) as open,
    high::numeric(18, 6) as high,
    low::numeric(18, 6) as low,
    close::numeric(18, 6) as close,
    volume,
    is_final
from stock_data_as_of(%(as_of)s)
where
    symbol = %(symbol)s
    and data_date >= coalesce(%(from)s::date, '-infinity')
    and data_date <= coalesce(%(to)s::date, 'infinity')
    and data_date > coalesce(%(after)s::date, '-infinity')
order by data_date
limit %(limit)s
