-- Each staged row beside the held one, and the step it calls for. What calls for none is left out: the same values,
-- and an older body, which replaces nothing: older than the one that brought the values, or than one that was loaded
-- since and had the same.
create temporary table row_step on commit drop as
select *
from (
    select
        staged.*,
        case
            when held.fetched_at is null then 'new'
            when
                held.fetched_at <= staged.fetched_at and ({held_values}) is distinct from ({staged_values})
                and not exists (
                    select from request
                    inner join verdict
                        on verdict.pipeline_run_id = request.pipeline_run_id and verdict.symbol = request.symbol
                    where
                        request.symbol = staged.of_subject and request.fetched_at > staged.fetched_at
                        and verdict.new_bars is not null
                        and ({staged_day} between verdict.first_session and verdict.last_session) is not false
                )
                then 'changed'
        end as step
    from staged_row as staged
    left join {table} as held on ({held_key}) = ({staged_key})
) as compared
where step is not null
