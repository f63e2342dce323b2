-- What the vendor lists no longer goes to history with the time it stood. A row that came and does not enter, as it
-- is refused or was discarded, withdraws nothing; one without a day might be any.
with withdrawn as (
    delete from corporate_action as held
    using unnest(%(subjects)s::text [], %(kinds)s::text [], %(names)s::text []) as newest (symbol, kind, name)
    where
        held.symbol = newest.symbol and held.kind = newest.kind
        and not exists (
            select
            from staged_row as listed
            where
                (listed.symbol, listed.kind, listed.effective_date) = (held.symbol, held.kind, held.effective_date)
        )
        and not exists (
            select
            from quarantine as refused
            where
                refused.pipeline_run_id = %(run)s and refused.symbol = newest.name
                and coalesce(refused.data_date, held.effective_date) = held.effective_date
        )
        and not exists (
            select
            from verdict as found
            inner join standing_decision as standing using (symbol)
            where
                found.pipeline_run_id = %(run)s and found.symbol = newest.name and found.discarded_bars > 0
                and standing.decision = 'discarded'
                and standing.row ->> 'effective_date' = held.effective_date::text
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
