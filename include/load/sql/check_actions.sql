-- Which of these lists are the newest there are; an older one changes nothing. In the same order in each run: of two
-- at once one waits for the other, and never both.
insert into corporate_action_check (symbol, kind, asked_through, path, fetched_at)
select list.symbol, list.kind, list.asked_through, list.path, list.fetched_at
from unnest(
    %(symbols)s::text [], %(kinds)s::text [], %(through)s::date [], %(paths)s::text [], %(fetched_at)s::timestamptz []
) as list (symbol, kind, asked_through, path, fetched_at)
order by list.symbol, list.kind
on conflict (symbol, kind) do update
    set asked_through = excluded.asked_through, path = excluded.path, fetched_at = excluded.fetched_at
    where corporate_action_check.fetched_at <= excluded.fetched_at
returning symbol, kind
