-- A held bar is written only when its values differ or it has become final.
update stock_data as held
set
    open = staged.open,
    high = staged.high,
    low = staged.low,
    close = staged.close,
    volume = staged.volume,
    is_final = staged.is_final,
    fetched_at = staged.fetched_at
from staged_bar as staged
where
    held.symbol = staged.symbol and held.data_date = staged.data_date
    and (
        (held.open, held.high, held.low, held.close, held.volume)
        is distinct from (staged.open, staged.high, staged.low, staged.close, staged.volume)
        or (staged.is_final and not held.is_final)
    )
