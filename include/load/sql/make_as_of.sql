create function {function}(at timestamptz) returns setof {table}
stable
language sql
as $$
    select past.*
    from {table} as held
    cross join lateral (
        select
            min(replaced.valid_from) as first_valid_from,
            (
                select jsonb_object_agg(value_then.key, value_then.value order by later.valid_to desc)
                from dataset_history as later
                inner join dataset on dataset.name = later.dataset
                cross join lateral jsonb_each(
                    later.before
                    || jsonb_build_object('fetched_at', later.fetched_at, 'valid_from', later.valid_from)
                ) as value_then
                where dataset.table_name = {name} and later.key = {key} and later.valid_to > at
            ) as before
        from dataset_history as replaced
        inner join dataset on dataset.name = replaced.dataset
        where dataset.table_name = {name} and replaced.key = {key}
    ) as history
    cross join lateral
        jsonb_populate_record(null::{table}, to_jsonb(held) || coalesce(history.before, '{{}}')) as past
    where coalesce(history.first_valid_from, held.valid_from) <= at
$$
