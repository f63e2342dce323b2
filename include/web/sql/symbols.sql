select
    instrument.symbol,
    listed.name,
    instrument.exchange,
    instrument.state,
    held.first_session,
    held.last_session,
    coalesce(held.bars, 0) as bars,
    newest.close::numeric(18, 6) as close,
    newest.is_final
from instrument
left join symbol_coverage as held on held.symbol = instrument.symbol
left join latest_price as newest on newest.symbol = instrument.symbol
left join lateral (
    select listing.name from listing
    where listing.symbol = instrument.symbol
    order by listing.status, listing.id desc
    limit 1
) as listed on true
where %(after)s::text is null or instrument.symbol > %(after)s
order by instrument.symbol
limit %(limit)s
