-- Other values: their validity begins now.
update stock_data as held
set
    open = changed.open,
    high = changed.high,
    low = changed.low,
    close = changed.close,
    volume = changed.volume,
    is_final = changed.is_final,
    fetched_at = changed.fetched_at,
    valid_from = greatest(%(now)s, held.valid_from),
    final_from = case when changed.is_final then greatest(%(now)s, held.valid_from) end
from row_step as changed
where held.id = changed.held_id and changed.step = 'changed'
