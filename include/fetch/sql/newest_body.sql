select symbol, function, outcome, outputsize, path, origin, fetched_at, final_through, kind, reason
from request
where symbol = %(symbol)s and function = %(function)s and outcome in ('fetched', 'reused') and path is not null
order by fetched_at desc, id desc
limit 1
