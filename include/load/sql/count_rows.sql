-- What the load did for each symbol or dataset. Where no row was held all are new; the others have their steps.
-- A load that is tried again, because nobody heard that it was done, adds to what it did before.
with stepped as (
    select
        of_subject as symbol,
        count(*) filter (where step = 'new') as new_bars,
        count(*) filter (where step = 'changed') as changed_bars
    from row_step
    group by of_subject
),

counted as (
    select
        loaded.*,
        coalesce(before.new_bars, 0)
        + case when loaded.held then coalesce(stepped.new_bars, 0) else loaded.bars end as new_bars,
        coalesce(before.changed_bars, 0) + coalesce(stepped.changed_bars, 0) as changed_bars
    from unnest(
        %(of_subject)s::text [], %(rows)s::bigint [], %(first)s::date [], %(last)s::date [],
        %(held)s::boolean []
    ) as loaded (symbol, bars, first_session, last_session, held)
    left join stepped using (symbol)
    inner join verdict as before on before.pipeline_run_id = %(run)s and before.symbol = loaded.symbol
)

update verdict
set
    new_bars = counted.new_bars,
    changed_bars = counted.changed_bars,
    unchanged_bars = counted.bars - counted.new_bars - counted.changed_bars,
    first_session = counted.first_session,
    last_session = counted.last_session
from counted
where verdict.pipeline_run_id = %(run)s and verdict.symbol = counted.symbol
returning
    verdict.symbol, verdict.new_bars as new, verdict.changed_bars as changed, verdict.unchanged_bars as unchanged
