select symbol, function, outcome, outputsize, path, origin, fetched_at, final_through, kind, reason
from request
where symbol = %(symbol)s and function = %(function)s and outputsize in (%(outputsize)s, 'full')
    and outcome = 'fetched' and final_through >= %(final_through)s
order by fetched_at desc
limit 1
