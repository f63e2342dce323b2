-- What is about to be replaced, with the time it stood.
insert into stock_data_history (
    symbol, data_date, open, high, low, close, volume, fetched_at, valid_from, valid_to, final_from, replaced_by
)
select
    held.symbol, held.data_date, held.open, held.high, held.low, held.close, held.volume, held.fetched_at,
    held.valid_from, greatest(%(now)s, held.valid_from), held.final_from, %(run)s
from stock_data as held
inner join row_step as changed on held.id = changed.held_id and changed.step = 'changed'
