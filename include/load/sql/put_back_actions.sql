-- What a list withdrew whose release a run undoes, as it was before; it is from the response that had brought it.
with withdrawn as (
    select symbol, kind, day::date as effective_date
    from unnest(%(symbols)s::text [], %(kinds)s::text [], %(withdrawn)s::text []) as list (symbol, kind, days)
    cross join lateral unnest(string_to_array(days, ', ')) as day
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
