-- Each staged bar beside the held one, and the step it calls for. What calls for none is left out: the same
-- values; a bar that is not final, where a final one is held; and an older body, which replaces nothing: older than the one that brought the values, or than one
-- that was loaded since and had the same. The first and last session spare a daily load the years before it.
create temporary table row_step on commit drop as
select *
from (
    select
        staged.*,
        held.id as held_id,
        case
            when held.id is null then 'new'
            when
                (held.open, held.high, held.low, held.close, held.volume)
                is not distinct from (staged.open, staged.high, staged.low, staged.close, staged.volume)
                then case when staged.is_final and not held.is_final then 'finished' end
            when
                staged.fetched_at >= held.fetched_at and staged.is_final >= held.is_final
                and not exists (
                    select from request
                    inner join verdict
                        on verdict.pipeline_run_id = request.pipeline_run_id and verdict.symbol = request.symbol
                    where
                        request.symbol = staged.symbol and request.function = 'TIME_SERIES_DAILY'
                        and request.fetched_at > staged.fetched_at and verdict.new_bars is not null
                        and staged.data_date between verdict.first_session and verdict.last_session
                )
                then 'changed'
        end as step
    from staged_row as staged
    left join stock_data as held
        on staged.symbol = held.symbol
            and staged.data_date = held.data_date
            and held.data_date between %(first)s and %(last)s
) as compared
where step is not null
