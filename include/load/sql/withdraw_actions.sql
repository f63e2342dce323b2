-- What the vendor lists no longer goes to history with the time it stood.
with withdrawn as (
    delete from corporate_action as held
    using unnest(%(subjects)s::text [], %(kinds)s::text []) as newest (symbol, kind)
    where
        held.symbol = newest.symbol and held.kind = newest.kind
        and not exists (
            select
            from staged_row as listed
            where
                (listed.symbol, listed.kind, listed.effective_date) = (held.symbol, held.kind, held.effective_date)
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
order by symbol, kind, effective_date
