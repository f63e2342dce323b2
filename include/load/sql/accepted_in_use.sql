-- Why the accepted bars of each of these runs stay; null where nothing needs them.
select
    id,
    case when clock >= %(before)s then 'young' when state = 'running' then 'running' end as cause
from pipeline_run
where id = any(%(runs)s::bigint [])
