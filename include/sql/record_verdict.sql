insert into verdict (pipeline_run_id, symbol, accepted, bars, refused_bars, warnings, reasons)
values (%(run)s, %(symbol)s, %(accepted)s, %(bars)s, %(refused_bars)s, %(warnings)s, %(reasons)s)
on conflict (pipeline_run_id, symbol) do update
    set accepted = excluded.accepted, bars = excluded.bars, refused_bars = excluded.refused_bars,
        warnings = excluded.warnings, reasons = excluded.reasons, new_bars = null, changed_bars = null,
        unchanged_bars = null, first_session = null, last_session = null
