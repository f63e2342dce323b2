-- Tells whether this body is the newest there is; an older one changes nothing.
insert into listing_check (status, path, fetched_at)
values (%(status)s, %(path)s, %(fetched_at)s)
on conflict (status) do update
    set path = excluded.path, fetched_at = excluded.fetched_at
    where listing_check.fetched_at <= excluded.fetched_at
returning true
