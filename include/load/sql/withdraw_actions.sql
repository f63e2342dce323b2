-- What the vendor lists otherwise now, or no longer, goes to history with the time it stood.
with withdrawn as (
    delete from corporate_action as held
    where
        held.symbol = %(symbol)s and held.kind = %(kind)s
        and not exists (
            select
            from unnest(
                %(effective)s::date [], %(values)s::numeric [], %(declared)s::date [], %(recorded)s::date [],
                %(paid)s::date []
            ) as listed (effective_date, value, declaration_date, record_date, payment_date)
            where
                (listed.effective_date, listed.value, listed.declaration_date, listed.record_date, listed.payment_date)
                is not distinct from
                (held.effective_date, held.value, held.declaration_date, held.record_date, held.payment_date)
        )
    returning held.*
)

insert into corporate_action_history (
    symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path,
    fetched_at, valid_from, valid_to, replaced_by
)
select
    symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path,
    fetched_at, valid_from, greatest(%(now)s, valid_from), %(run)s
from withdrawn
