select
    symbol,
    data_date,
    split_open::numeric(38, 20) as open,
    split_high::numeric(38, 20) as high,
    split_low::numeric(38, 20) as low,
    split_close::numeric(38, 20) as close,
    split_volume as volume,
    is_final
from stock_data_adjusted
where
    symbol = %(symbol)s
    and data_date >= coalesce(%(from)s::date, '-infinity')
    and data_date <= coalesce(%(to)s::date, 'infinity')
    and data_date > coalesce(%(after)s::date, '-infinity')
order by data_date
limit %(limit)s
