-- What the vendor lists otherwise now, or no longer, goes to history with the time it stood.
with withdrawn as (
    delete from corporate_action as held
    using unnest(%(newest_symbols)s::text [], %(newest_kinds)s::text []) as list (symbol, kind)
    where
        held.symbol = list.symbol and held.kind = list.kind
        and not exists (
            select
            from unnest(
                %(symbols)s::text [], %(kinds)s::text [], %(effective)s::date [], %(values)s::numeric [],
                %(declared)s::date [], %(recorded)s::date [], %(paid)s::date []
            ) as listed (symbol, kind, effective_date, value, declaration_date, record_date, payment_date)
            where
                listed.symbol = held.symbol and listed.kind = held.kind
                and listed.effective_date = held.effective_date
                and (listed.value, listed.declaration_date, listed.record_date, listed.payment_date)
                is not distinct from (held.value, held.declaration_date, held.record_date, held.payment_date)
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
