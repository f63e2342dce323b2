-- What the gate said in each of the last runs that it judged in.
select
    pipeline_run.id,
    pipeline_run.dag_id,
    pipeline_run.run_id,
    pipeline_run.clock as judged_at,
    count(*) as symbols,
    count(*) filter (where not verdict.accepted) as refused,
    sum(verdict.bars) as bars,
    sum(verdict.refused_bars) as refused_bars,
    sum(verdict.warnings) as warnings,
    exists (select from quality_report where pipeline_run_id = pipeline_run.id) as has_report
from (
    select id, dag_id, run_id, clock from pipeline_run
    where exists (select from verdict where verdict.pipeline_run_id = pipeline_run.id)
    order by id desc
    limit 20
) as pipeline_run
inner join verdict on verdict.pipeline_run_id = pipeline_run.id
group by 1, 2, 3, 4
order by pipeline_run.id desc
