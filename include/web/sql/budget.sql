-- The calls of the last 24 hours.
select
    date_trunc('hour', reserved_at) as hour,
    function,
    coalesce(outcome, 'no answer yet') as outcome,
    count(*) as calls,
    max(reserved_at) as last_at
from api_call
where reserved_at > %(now)s::timestamptz - interval '24 hours'
group by 1, 2, 3
order by 1, 2, 3
