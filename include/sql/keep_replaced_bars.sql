-- What the staged bars are about to replace, with the time it stood. An older body replaces nothing.
insert into stock_data_history (
    symbol, data_date, open, high, low, close, volume, fetched_at, valid_from, valid_to, final_from, replaced_by
)
select
    held.symbol, held.data_date, held.open, held.high, held.low, held.close, held.volume, held.fetched_at,
    held.valid_from, greatest(%(now)s, held.valid_from), held.final_from, %(run)s
from stock_data as held
inner join staged_bar as staged using (symbol, data_date)
where
    (held.open, held.high, held.low, held.close, held.volume)
    is distinct from (staged.open, staged.high, staged.low, staged.close, staged.volume)
    and staged.fetched_at >= held.fetched_at
