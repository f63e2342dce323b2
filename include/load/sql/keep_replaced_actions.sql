-- What the vendor lists otherwise now, with the time it stood.
insert into corporate_action_history (
    symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path,
    fetched_at, valid_from, valid_to, replaced_by
)
select
    held.symbol, held.kind, held.effective_date, held.value, held.session_before, held.declaration_date,
    held.record_date, held.payment_date, held.path, held.fetched_at, held.valid_from,
    greatest(%(now)s, held.valid_from), %(run)s
from corporate_action as held
inner join row_step as changed using (symbol, kind, effective_date)
where changed.step = 'changed'
order by held.symbol, held.kind, held.effective_date
