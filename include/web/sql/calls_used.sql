-- The calls of the last 24 hours of the key that was used last.
select
    count(*) as used,
    count(*) filter (where outcome is distinct from 'data') as without_data,
    min(reserved_at) + interval '24 hours' as next_free_at
from api_call
where
    reserved_at > %(now)s::timestamptz - interval '24 hours'
    and fingerprint = (select fingerprint from api_call order by id desc limit 1)
