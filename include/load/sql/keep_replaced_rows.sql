-- Of each row that is about to change, the values that change, with the time they stood.
insert into dataset_history (dataset, key, before, fetched_at, valid_from, valid_to, replaced_by)
select
    staged.of_subject,
    (select jsonb_object_agg(part, to_jsonb(held) -> part) from unnest(%(key)s::text []) as part),
    (
        select jsonb_object_agg(part, to_jsonb(held) -> part)
        from unnest(%(values)s::text []) as part
        where to_jsonb(held) -> part is distinct from to_jsonb(staged) -> part
    ),
    held.fetched_at,
    held.valid_from,
    greatest(%(now)s, held.valid_from),
    %(run)s
from row_step as staged
inner join {table} as held on ({held_key}) = ({staged_key})
where staged.step = 'changed'
