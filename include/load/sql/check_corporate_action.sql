-- Tells which of these lists are the newest there are; an older one changes nothing.
insert into corporate_action_check (symbol, kind, asked_through, path, fetched_at)
select asked.symbol, asked.kind, asked.asked_through, asked.path, asked.fetched_at
from unnest(
    %(subjects)s::text [], %(kinds)s::text [], %(asked_through)s::date [], %(paths)s::text [],
    %(fetched_at)s::timestamptz []
) with ordinality as asked (symbol, kind, asked_through, path, fetched_at, position)
order by asked.position
on conflict (symbol, kind) do update
    set asked_through = excluded.asked_through, path = excluded.path, fetched_at = excluded.fetched_at
    where corporate_action_check.fetched_at <= excluded.fetched_at
returning symbol, kind
