select
    id,
    symbol,
    data_date,
    open::text as open,
    high::text as high,
    low::text as low,
    close::text as close,
    volume::text as volume,
    rules,
    first_seen,
    last_seen,
    times,
    bar::text as row
from quarantine_open
where id > coalesce(%(after)s::bigint, 0)
order by id
limit %(limit)s
