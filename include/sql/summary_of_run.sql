-- One line for each symbol of a run: how its request ended, what the gate said, what was loaded.
select
    coalesce(request.symbol, planned.symbol) as symbol,
    request.outcome,
    request.kind,
    request.reason,
    verdict.accepted,
    verdict.bars,
    verdict.refused_bars,
    coalesce(verdict.warnings, 0) as warnings,
    coalesce(verdict.reasons, '{}') as reasons,
    verdict.new_bars,
    verdict.changed_bars,
    verdict.unchanged_bars,
    verdict.first_session,
    verdict.last_session
from pipeline_run
cross join lateral unnest(pipeline_run.symbols) with ordinality as planned (symbol, position)
left join request on request.pipeline_run_id = pipeline_run.id and request.symbol = planned.symbol
left join verdict on verdict.pipeline_run_id = pipeline_run.id and verdict.symbol = planned.symbol
where pipeline_run.id = %(run)s
order by planned.position
