-- A run that is run again uses the bodies it brought, and says so: they are still the newest there are.
-- What came since a run was planned is used, too, whatever it holds: another run had planned the same.
select symbol, function, outcome, outputsize, path, origin, fetched_at, final_through, kind, reason
from request
where symbol = %(symbol)s and function = %(function)s and outputsize in (%(outputsize)s, 'full')
    and outcome in ('fetched', 'reused')
    and (
        final_through >= %(final_through)s
        or outcome = 'fetched' and recorded_at >= (select started_at from pipeline_run where id = %(run)s)
    )
order by fetched_at desc
limit 1
