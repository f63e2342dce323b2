-- A listing whose release a run undoes: what it replaced is not stored, so it counts as never asked for.
with undone as (
    select symbol as name
    from (
        select
            symbol, decision, pipeline_run_id, row,
            lead(decision) over same as decision_before,
            row_number() over same as age
        from quarantine_decision
        where symbol = any(%(names)s)
        window same as (partition by symbol, row order by id desc)
    ) as decided
    where
        age = 1 and decision = 'undone' and decision_before = 'released' and pipeline_run_id = %(run)s
        and row ? 'would_be_withdrawn'
),

forgotten as (
    delete from listing_check
    where status in (
        select list.status from undone
        inner join unnest(%(names)s::text [], %(kinds)s::text []) as list (name, status) using (name)
    )
),

-- Its body is not used again in place of a call.
not_used as (
    update request set final_through = null
    where
        function = 'LISTING_STATUS' and path in (
            select list.path from undone
            inner join unnest(%(names)s::text [], %(paths)s::text []) as list (name, path) using (name)
        )
)

select name from undone
