-- What the load did for each symbol. Bars of a symbol that held no row are all new; the others have their steps.
-- A load that is tried again, because nobody heard that it was done, adds to what it did before.
with stepped as (
    select
        symbol,
        count(*) filter (where step = 'new') as new_bars,
        count(*) filter (where step = 'changed') as changed_bars
    from bar_step
    group by symbol
),

counted as (
    select
        loaded.*,
        coalesce(before.new_bars, 0)
        + case when loaded.held then coalesce(stepped.new_bars, 0) else loaded.bars end as new_bars,
        coalesce(before.changed_bars, 0) + coalesce(stepped.changed_bars, 0) as changed_bars
    from unnest(
        %(symbol)s::text [], %(bars)s::bigint [], %(first_session)s::date [], %(last_session)s::date [],
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
