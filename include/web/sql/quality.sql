-- The newest verdict on each symbol.
select
    judged.symbol,
    pipeline_run.clock as judged_at,
    pipeline_run.dag_id,
    judged.accepted,
    judged.bars,
    judged.refused_bars,
    judged.discarded_bars,
    judged.warnings,
    judged.reasons,
    judged.new_bars,
    judged.changed_bars,
    judged.unchanged_bars
from (
    select distinct on (symbol) verdict.*
    from verdict
    where %(after)s::text is null or symbol > %(after)s
    order by symbol, pipeline_run_id desc
) as judged
inner join pipeline_run on pipeline_run.id = judged.pipeline_run_id
order by judged.symbol
limit %(limit)s
