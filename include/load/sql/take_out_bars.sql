-- Bars that stand in the table although they are discarded; or by a release that was undone, so that they are judged
-- as if nobody had decided.
with decided as (
    select
        *,
        lead(decision) over same as decision_before,
        row_number() over same as age
    from quarantine_decision
    where symbol = any(%(symbols)s)
    window same as (partition by symbol, row order by id desc)
),

taken_out as (
    delete from stock_data as held
    using decided
    where
        decided.age = 1 and decided.decision = %(which)s
        and (decided.decision = 'discarded' or decided.decision_before = 'released')
        and held.symbol = decided.symbol and held.data_date = decided.data_date
        and (held.open, held.high, held.low, held.close, held.volume)
        = (decided.open, decided.high, decided.low, decided.close, decided.volume)
    returning held.*
)

insert into stock_data_history (
    symbol, data_date, open, high, low, close, volume, fetched_at, valid_from, valid_to, final_from, replaced_by
)
select
    symbol, data_date, open, high, low, close, volume, fetched_at,
    valid_from, greatest(%(now)s, valid_from), final_from, %(run)s
from taken_out
returning symbol, data_date
