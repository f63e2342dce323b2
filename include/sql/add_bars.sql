insert into stock_data (
    symbol, data_date, open, high, low, close, volume, is_final, fetched_at, valid_from, final_from
)
select
    staged.symbol, staged.data_date, staged.open, staged.high, staged.low, staged.close, staged.volume,
    staged.is_final, staged.fetched_at, %(now)s, case when staged.is_final then %(now)s end
from staged_bar as staged
left join stock_data as held using (symbol, data_date)
where held.symbol is null
order by staged.symbol, staged.data_date
