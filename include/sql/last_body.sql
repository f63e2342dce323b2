select symbol, function, outcome, outputsize, path, origin, fetched_at, final_through, kind, reason
from request
where symbol = %(symbol)s and function = %(function)s and outputsize = %(outputsize)s
    and outcome = 'fetched' and final_through >= %(final_through)s
order by fetched_at desc
limit 1
