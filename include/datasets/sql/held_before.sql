-- The bars held of each symbol, from so many days before its batch begins; not those whose release was undone.
with undone as (
    select symbol, data_date, open, high, low, close, volume
    from (
        select distinct on (symbol, row) *
        from quarantine_decision
        where symbol = any(%(symbols)s)
        order by symbol, row, id desc
    ) as newest
    where decision = 'undone'
)

select
    held.symbol, held.data_date, held.open, held.high, held.low, held.close, held.volume, held.is_final,
    held.fetched_at at time zone 'UTC' as fetched_at
from stock_data as held
inner join unnest(%(symbols)s::text [], %(sessions)s::date []) as batch (symbol, first_session)
    on held.symbol = batch.symbol and held.data_date >= batch.first_session - %(days)s::int
where
    not exists (
        select from undone
        where
            undone.symbol = held.symbol and undone.data_date = held.data_date
            and (undone.open, undone.high, undone.low, undone.close, undone.volume)
            = (held.open, held.high, held.low, held.close, held.volume)
    )
order by held.symbol, held.data_date
