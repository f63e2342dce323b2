-- The calls of the last 24 hours by hour (UTC) and outcome.
select
    date_trunc('hour', reserved_at) as hour,
    coalesce(outcome, 'no answer yet') as outcome,
    count(*) as calls,
    string_agg(distinct function, ', ' order by function) as functions
from api_call
where reserved_at > %(now)s::timestamptz - interval '24 hours'
group by 1, 2
order by 1 desc, 2
