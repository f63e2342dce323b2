-- Two subjects are enough to confirm it. What is refused again after it was believed is believed for longer.
insert into entitlement as held (
    fingerprint, function, parameter, plan, refused_at, subjects, believed_until
)
values (
    %(fingerprint)s, %(function)s, %(parameter)s, %(plan)s, %(now)s, array[%(subject)s::text],
    %(now)s::timestamptz + (%(spans)s::interval [])[1]
)
on conflict (fingerprint, function, parameter) do update
    set plan = excluded.plan,
        refused_at = excluded.refused_at,
        subjects = case
            when %(subject)s::text = any(held.subjects) or cardinality(held.subjects) > 1 then held.subjects
            else held.subjects || %(subject)s::text
        end,
        refused_times = held.refused_times + (coalesce(held.believed_until, '-infinity') <= %(now)s)::int,
        believed_until = case
            when held.believed_until > %(now)s then held.believed_until
            else %(now)s::timestamptz + (%(spans)s::interval [])[
                least(held.refused_times + 1, cardinality(%(spans)s::interval []))
            ]
        end
