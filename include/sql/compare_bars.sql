-- Each staged bar beside the held one, and the step it calls for. What calls for none is left out:
-- the same values, and an older body, which replaces nothing. The first and last session spare a daily
-- load the years before it.
create temporary table bar_step on commit drop as
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
            when staged.fetched_at >= held.fetched_at then 'changed'
        end as step
    from staged_bar as staged
    left join stock_data as held
        on staged.symbol = held.symbol
            and staged.data_date = held.data_date
            and held.data_date between %(first)s and %(last)s
) as compared
where step is not null
