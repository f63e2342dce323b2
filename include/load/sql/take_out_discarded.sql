with taken_out as (
    delete from stock_data as held
    using standing_decision as standing
    where
        standing.decision = 'discarded' and standing.symbol = any(%(symbols)s)
        and held.symbol = standing.symbol and held.data_date = standing.data_date
        and (held.open, held.high, held.low, held.close, held.volume)
        = (standing.open, standing.high, standing.low, standing.close, standing.volume)
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
