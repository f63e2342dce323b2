-- Of each row that the staged ones are about to change, the values that change, with the time they stood.
insert into dataset_history (dataset, key, before, fetched_at, valid_from, valid_to, replaced_by)
select
    %(name)s,
    (select jsonb_object_agg(part, to_jsonb(held) -> part) from unnest(%(key)s::text []) as part),
    (
        select jsonb_object_agg(after.key, to_jsonb(held) -> after.key)
        from jsonb_each(to_jsonb(staged)) as after
        where to_jsonb(held) -> after.key is distinct from after.value
    ),
    held.fetched_at,
    held.valid_from,
    greatest(%(now)s, held.valid_from),
    %(run)s
from staged_row as staged
inner join {table} as held using ({key})
where not to_jsonb(held) @> to_jsonb(staged) and held.fetched_at <= %(fetched_at)s
