-- What a list withdrew whose release a run undoes, as it was before; it is from the response that had brought it.
with undone as (
    select symbol as name, row, decision_before
    from (
        select
            symbol, row, decision, pipeline_run_id,
            lead(decision) over same as decision_before,
            row_number() over same as age
        from quarantine_decision
        where symbol = any(%(names)s)
        window same as (partition by symbol, row order by id desc)
    ) as decided
    where age = 1 and decision = 'undone' and decision_before = 'released' and pipeline_run_id = %(run)s
),

withdrawn as (
    select list.name, list.symbol, list.kind, day::date as effective_date
    from undone
    inner join unnest(%(names)s::text [], %(symbols)s::text [], %(kinds)s::text []) as list (name, symbol, kind)
        using (name)
    cross join lateral unnest(string_to_array(undone.row ->> 'would_be_withdrawn', ', ')) as day
),

put_back as (
    insert into corporate_action (
        symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path,
        fetched_at, valid_from
    )
    select
        newest.symbol, newest.kind, newest.effective_date, newest.value, newest.session_before,
        newest.declaration_date, newest.record_date, newest.payment_date, newest.path, newest.fetched_at, %(now)s
    from withdrawn
    cross join lateral (
        select * from corporate_action_history as was
        where
            was.symbol = withdrawn.symbol and was.kind = withdrawn.kind
            and was.effective_date = withdrawn.effective_date
        order by was.valid_to desc, was.id desc
        limit 1
    ) as newest
    on conflict do nothing
    returning symbol, kind, effective_date, path, fetched_at
),

-- What is held is that of the earlier response again, so the list is asked for as if the later one had not come.
checked as (
    update corporate_action_check as held
    set
        asked_through = least(held.asked_through, (back.fetched_at at time zone 'UTC')::date),
        path = back.path, fetched_at = back.fetched_at
    from (
        select distinct on (symbol, kind) symbol, kind, path, fetched_at
        from put_back
        order by symbol, kind, fetched_at desc
    ) as back
    where held.symbol = back.symbol and held.kind = back.kind
)

select symbol, kind, effective_date::text from put_back order by symbol, kind, effective_date
