-- What is left of a symbol after its discarded bars is loaded; where nothing is left, there is nothing to load. So it
-- is where each row of it is kept out by itself.
insert into verdict (
    pipeline_run_id, symbol, accepted, bars, refused_bars, discarded_bars, warnings, reasons,
    new_bars, changed_bars, unchanged_bars
)
select
    %(run)s, found.symbol, found.accepted, found.bars, found.refused_bars, found.discarded_bars, found.warnings,
    found.reasons, loaded.bars, loaded.bars, loaded.bars
from jsonb_to_recordset(%(verdicts)s) as found (
    symbol text, accepted boolean, entering int, bars int, refused_bars int, discarded_bars int, warnings int, reasons text []
)
cross join lateral (
    select case when found.bars = found.discarded_bars or (found.accepted and found.entering = 0) then 0 end as bars
) as loaded
on conflict (pipeline_run_id, symbol) do update
    set accepted = excluded.accepted, bars = excluded.bars, refused_bars = excluded.refused_bars,
        discarded_bars = excluded.discarded_bars, warnings = excluded.warnings, reasons = excluded.reasons,
        new_bars = excluded.new_bars, changed_bars = excluded.changed_bars,
        unchanged_bars = excluded.unchanged_bars, first_session = null, last_session = null,
        approval = null, approval_by = null, approval_at = null
