-- What the staged bars will do, told before they do it.
update verdict
set (new_bars, changed_bars, unchanged_bars, first_session, last_session) = (
    counted.new_bars, counted.changed_bars, counted.unchanged_bars, counted.first_session, counted.last_session
)
from (
    select
        staged.symbol,
        count(*) filter (where held.symbol is null) as new_bars,
        count(*) filter (
            where held.symbol is not null
            and (held.open, held.high, held.low, held.close, held.volume)
            is distinct from (staged.open, staged.high, staged.low, staged.close, staged.volume)
            and staged.fetched_at >= held.fetched_at
        ) as changed_bars,
        count(*) filter (
            where (held.open, held.high, held.low, held.close, held.volume)
            is not distinct from (staged.open, staged.high, staged.low, staged.close, staged.volume)
            or staged.fetched_at < held.fetched_at
        ) as unchanged_bars,
        min(staged.data_date) as first_session,
        max(staged.data_date) as last_session
    from staged_bar as staged
    left join stock_data as held using (symbol, data_date)
    group by staged.symbol
) as counted
where verdict.pipeline_run_id = %(run)s and verdict.symbol = counted.symbol
returning verdict.symbol, verdict.new_bars, verdict.changed_bars, verdict.unchanged_bars
