-- For each of these symbols, what is held of each of these sessions, in their order.
-- Each table is asked once for the whole rectangle, not once for each of its cells.
with held as (
    select symbol, data_date, is_final from stock_data
    where symbol = any(%(symbols)s) and data_date = any(%(sessions)s)
),

lacking as (
    select symbol, session, cause from gap
    where symbol = any(%(symbols)s) and session = any(%(sessions)s) and valid_to is null
),

replaced as (
    select distinct symbol, data_date, true as is_revised from stock_data_history
    where symbol = any(%(symbols)s) and data_date = any(%(sessions)s) and not provisional
)

select
    asked.symbol,
    array_agg(
        case
            when lacking.cause is not null then lacking.cause
            when not held.is_final then 'provisional'
            when replaced.is_revised then 'revised'
            when held.is_final then 'held'
            when exchange_session.session is null then 'no session'
            else 'not expected'
        end
        order by day.session
    ) as states
from unnest(%(symbols)s::text[]) with ordinality as asked (symbol, position)
inner join instrument on instrument.symbol = asked.symbol
cross join unnest(%(sessions)s::date[]) as day (session)
left join exchange_session
    on exchange_session.exchange = instrument.exchange and exchange_session.session = day.session
left join held on held.symbol = asked.symbol and held.data_date = day.session
left join lacking on lacking.symbol = asked.symbol and lacking.session = day.session
left join replaced on replaced.symbol = held.symbol and replaced.data_date = held.data_date
group by asked.position, asked.symbol
order by asked.position
