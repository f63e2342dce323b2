-- What the newest lists have and the table does not.
insert into corporate_action (
    symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path,
    fetched_at, valid_from
)
select
    listed.symbol, listed.kind, listed.effective_date, listed.value, listed.session_before,
    listed.declaration_date, listed.record_date, listed.payment_date, checked.path, checked.fetched_at, %(now)s
from staged_action as listed
inner join unnest(%(symbols)s::text [], %(kinds)s::text []) as newest (symbol, kind) using (symbol, kind)
inner join corporate_action_check as checked using (symbol, kind)
order by listed.symbol, listed.effective_date, listed.kind
on conflict do nothing
