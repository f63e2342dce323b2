insert into corporate_action (
    symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path,
    fetched_at, valid_from
)
select
    listed.symbol, listed.kind, listed.effective_date, listed.value, listed.session_before,
    listed.declaration_date, listed.record_date, listed.payment_date, listed.path, listed.fetched_at, %(now)s
from unnest(
    %(symbols)s::text [], %(kinds)s::text [], %(effective)s::date [], %(values)s::numeric [], %(before)s::date [],
    %(declared)s::date [], %(recorded)s::date [], %(paid)s::date [], %(paths)s::text [], %(fetched_at)s::timestamptz []
) as listed (
    symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path, fetched_at
)
order by listed.symbol, listed.effective_date, listed.kind
on conflict do nothing
