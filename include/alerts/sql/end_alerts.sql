update alert
set over_at = %s
from unnest(%s::text [], %s::text []) as past (symbol, cause)
where alert.symbol = past.symbol and alert.cause = past.cause and alert.over_at is null
