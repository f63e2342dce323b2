-- The lists whose release is what a run undoes, and what each had withdrawn.
select
    symbol as name,
    row ->> 'would_be_withdrawn' as withdrawn
from (
    select
        symbol, row, decision, pipeline_run_id,
        lead(decision) over same as decision_before,
        row_number() over same as age
    from quarantine_decision
    where symbol = any(%(names)s)
    window same as (partition by symbol, row order by id desc)
) as decided
where
    age = 1 and decision = 'undone' and decision_before = 'released' and pipeline_run_id = %(run)s
    and row ? 'would_be_withdrawn'
