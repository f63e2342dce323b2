-- Each staged row beside the held one, and the step it calls for. What calls for none is left out: the same values,
-- and an older body, which replaces nothing.
create temporary table row_step on commit drop as
select *
from (
    select
        staged.*,
        case
            when held.fetched_at is null then 'new'
            when held.fetched_at <= staged.fetched_at and ({held_values}) is distinct from ({staged_values})
                then 'changed'
        end as step
    from staged_row as staged
    left join {table} as held on ({held_key}) = ({staged_key})
) as compared
where step is not null
