-- What is left of a symbol after its discarded bars is loaded; where nothing is left, there is nothing to load.
insert into verdict (
    pipeline_run_id, symbol, accepted, bars, refused_bars, discarded_bars, warnings, reasons,
    new_bars, changed_bars, unchanged_bars
)
select
    %(run)s, %(symbol)s, %(accepted)s, %(bars)s, %(refused_bars)s, %(discarded_bars)s, %(warnings)s, %(reasons)s,
    loaded.bars, loaded.bars, loaded.bars
from (select case when %(bars)s = %(discarded_bars)s then 0 end as bars) as loaded
on conflict (pipeline_run_id, symbol) do update
    set accepted = excluded.accepted, bars = excluded.bars, refused_bars = excluded.refused_bars,
        discarded_bars = excluded.discarded_bars, warnings = excluded.warnings, reasons = excluded.reasons,
        new_bars = excluded.new_bars, changed_bars = excluded.changed_bars,
        unchanged_bars = excluded.unchanged_bars, first_session = null, last_session = null,
        approval = null, approval_by = null, approval_at = null
