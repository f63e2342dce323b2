-- One line for each dataset of a run: how its request ended, what the gate said, what was loaded.
select
    planned.name,
    request.outcome,
    request.reason,
    verdict.accepted,
    verdict.bars as rows_in,
    verdict.refused_bars as refused_rows,
    coalesce(verdict.warnings, 0) as warnings,
    coalesce(verdict.reasons, '{}') as reasons,
    verdict.new_bars as new_rows,
    verdict.changed_bars as changed_rows,
    verdict.unchanged_bars as unchanged_rows
from pipeline_run
cross join lateral unnest(pipeline_run.symbols) with ordinality as planned (name, position)
left join request on request.pipeline_run_id = pipeline_run.id and request.symbol = planned.name
left join verdict
    on
        verdict.pipeline_run_id = pipeline_run.id and verdict.symbol = planned.name
        and request.outcome in ('fetched', 'reused')
where pipeline_run.id = %(run)s
order by planned.position
