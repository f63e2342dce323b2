-- Tells whether this body is the newest there is; an older one changes nothing.
insert into corporate_action_check (symbol, kind, asked_through, path, fetched_at)
values (%(symbol)s, %(kind)s, %(asked_through)s, %(path)s, %(fetched_at)s)
on conflict (symbol, kind) do update
    set asked_through = excluded.asked_through, path = excluded.path, fetched_at = excluded.fetched_at
    where corporate_action_check.fetched_at <= excluded.fetched_at
returning true
