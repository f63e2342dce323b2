select symbol, function, outcome, outputsize, path, origin, fetched_at, final_through, kind, reason
from request
where pipeline_run_id = %(run)s
order by id
