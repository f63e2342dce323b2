-- The calls of the last 14 days (UTC), as far as the ledger goes back.
select
    (reserved_at at time zone 'UTC')::date as day,
    count(*) as calls,
    count(*) filter (where outcome = 'data') as with_data,
    count(distinct symbol) as symbols
from api_call
where reserved_at > %(now)s::timestamptz - interval '14 days'
group by 1
order by 1 desc
