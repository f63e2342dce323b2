-- A list takes the place of the one before: how many rows it has is all there is to say.
update verdict
set new_bars = 0, changed_bars = 0, unchanged_bars = verdict.bars - verdict.refused_bars - verdict.discarded_bars
where verdict.pipeline_run_id = %(run)s and verdict.symbol = any(%(names)s)
