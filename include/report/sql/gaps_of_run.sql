-- What is missing of the symbols of a run: a line for each symbol and cause, in the order of the plan.
select
    gap.symbol,
    gap.cause,
    count(*)::int as sessions,
    min(gap.session) as first_session,
    max(gap.session) as last_session
from pipeline_run
cross join lateral unnest(pipeline_run.symbols) with ordinality as planned (symbol, position)
inner join gap on gap.symbol = planned.symbol and gap.valid_to is null
where pipeline_run.id = %(run)s
group by planned.position, gap.symbol, gap.cause
order by planned.position, min(gap.session)
