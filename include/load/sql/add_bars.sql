insert into stock_data (
    symbol, data_date, open, high, low, close, volume, is_final, fetched_at, valid_from, final_from
)
select
    symbol, data_date, open, high, low, close, volume, is_final, fetched_at,
    %(now)s, case when is_final then %(now)s end
from row_step
where step = 'new'
order by symbol, data_date
