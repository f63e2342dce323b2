-- A held bar is written only when its values differ; its validity then begins anew.
update stock_data as held
set
    open = staged.open,
    high = staged.high,
    low = staged.low,
    close = staged.close,
    volume = staged.volume,
    is_final = staged.is_final,
    fetched_at = staged.fetched_at,
    valid_from = greatest(%(now)s, held.valid_from),
    final_from = case when staged.is_final then greatest(%(now)s, held.valid_from) end
from staged_bar as staged
where
    held.symbol = staged.symbol and held.data_date = staged.data_date
    and (held.open, held.high, held.low, held.close, held.volume)
    is distinct from (staged.open, staged.high, staged.low, staged.close, staged.volume)
    and staged.fetched_at >= held.fetched_at
