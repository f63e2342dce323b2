-- For each of these symbols, what is held of each of these sessions, in their order.
select
    instrument.symbol,
    array_agg(
        case
            when gap.cause is not null then gap.cause
            when not held.is_final then 'provisional'
            when replaced.is_revised then 'revised'
            when held.is_final then 'held'
            when exchange_session.session is null then 'no session'
            else 'not expected'
        end
        order by day.session
    ) as states
from instrument
cross join unnest(%(sessions)s::date[]) as day (session)
left join exchange_session
    on exchange_session.exchange = instrument.exchange and exchange_session.session = day.session
left join stock_data as held on held.symbol = instrument.symbol and held.data_date = day.session
left join gap on gap.symbol = instrument.symbol and gap.session = day.session and gap.valid_to is null
left join (
    select distinct symbol, data_date, true as is_revised
    from stock_data_history
    where symbol = any(%(symbols)s) and not provisional
) as replaced on replaced.symbol = held.symbol and replaced.data_date = held.data_date
where instrument.symbol = any(%(symbols)s)
group by instrument.symbol
order by instrument.symbol
