insert into corporate_action (
    symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path,
    fetched_at, valid_from
)
select
    %(symbol)s, %(kind)s, listed.effective_date, listed.value, listed.session_before, listed.declaration_date,
    listed.record_date, listed.payment_date, %(path)s, %(fetched_at)s, %(now)s
from unnest(
    %(effective)s::date [], %(values)s::numeric [], %(before)s::date [], %(declared)s::date [],
    %(recorded)s::date [], %(paid)s::date []
) as listed (effective_date, value, session_before, declaration_date, record_date, payment_date)
on conflict do nothing
