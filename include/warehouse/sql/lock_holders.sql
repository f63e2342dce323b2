-- Who holds a lock of the pipeline, and since when.
select
    format(
        'pid %%s, user %%s (%%s), since %%s UTC',
        activity.pid,
        activity.usename,
        coalesce(nullif(activity.application_name, ''), 'no application name'),
        to_char(activity.xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
    ) as holder
from pg_locks as lock
inner join pg_stat_activity as activity on activity.pid = lock.pid
where
    lock.relation = %(lock)s::regclass and lock.mode = 'ExclusiveLock' and lock.granted
    and lock.pid <> pg_backend_pid()
