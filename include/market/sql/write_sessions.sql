-- The calendar of one exchange as it is today; what it no longer has goes.
with calendar as (
    select
        %(exchange)s as exchange, day.session, row_number() over (order by day.session)::int as position, day.opens_at,
        day.closes_at
    from unnest(%(sessions)s::date [], %(opens)s::timestamptz [], %(closes)s::timestamptz [])
        as day (session, opens_at, closes_at)
),

gone as (
    delete from exchange_session as held
    where
        held.exchange = %(exchange)s
        and not exists (select from calendar where calendar.session = held.session)
)

insert into exchange_session (exchange, session, position, opens_at, closes_at)
select exchange, session, position, opens_at, closes_at from calendar
on conflict (exchange, session) do update
    set position = excluded.position, opens_at = excluded.opens_at, closes_at = excluded.closes_at
    where
        (exchange_session.position, exchange_session.opens_at, exchange_session.closes_at)
        is distinct from (excluded.position, excluded.opens_at, excluded.closes_at)
