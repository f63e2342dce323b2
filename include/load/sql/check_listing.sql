-- Tells which of these bodies are the newest there are; an older one changes nothing.
insert into listing_check (status, path, fetched_at)
select asked.status, asked.path, asked.fetched_at
from unnest(%(kinds)s::text [], %(paths)s::text [], %(fetched_at)s::timestamptz []) as asked (status, path, fetched_at)
on conflict (status) do update
    set path = excluded.path, fetched_at = excluded.fetched_at
    where listing_check.fetched_at <= excluded.fetched_at
returning status
