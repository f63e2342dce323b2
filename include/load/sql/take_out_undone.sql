-- Bars that stand in the table by a release that was taken back: they are judged as if nobody had decided.
with undone as (
    select symbol, data_date, open, high, low, close, volume
    from (
        select
            *,
            lead(decision) over same as decision_before,
            row_number() over same as age
        from quarantine_decision
        where symbol = any(%(symbols)s)
        window same as (partition by symbol, row order by id desc)
    ) as decided
    where age = 1 and decision = 'undone' and decision_before = 'released'
),

taken_out as (
    delete from stock_data as held
    using undone
    where
        held.symbol = undone.symbol and held.data_date = undone.data_date
        and (held.open, held.high, held.low, held.close, held.volume)
        = (undone.open, undone.high, undone.low, undone.close, undone.volume)
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
