-- The same values, now final: their validity goes on.
update stock_data as held
set is_final = true, final_from = greatest(%(now)s, held.valid_from)
from staged_bar as staged
where
    held.symbol = staged.symbol and held.data_date = staged.data_date
    and staged.is_final and not held.is_final
    and (held.open, held.high, held.low, held.close, held.volume)
    is not distinct from (staged.open, staged.high, staged.low, staged.close, staged.volume)
