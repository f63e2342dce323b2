insert into alert (told_at, symbol, cause, message)
select %s, symbol, cause, message
from unnest(%s::text [], %s::text [], %s::text []) as new (symbol, cause, message)
