select id, symbol, session, cause, valid_from as since
from gap
where
    valid_to is null
    and (%(symbol)s::text is null or symbol = %(symbol)s)
    and id > coalesce(%(after)s::bigint, 0)
order by id
limit %(limit)s
