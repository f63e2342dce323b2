select
    instrument.symbol,
    instrument.exchange,
    instrument.state,
    held.first_session,
    held.last_session,
    coalesce(held.bars, 0) as bars,
    coalesce(held.final_bars, 0) as final_bars,
    coalesce(held.revised_bars, 0) as revised_bars,
    lacking.sessions as open_gaps,
    adjusted.split_adjusted_from,
    adjusted.adjusted_from,
    adjusted.not_before_because,
    held.last_fetched_at
from instrument
left join symbol_coverage as held on held.symbol = instrument.symbol
left join adjustment_coverage as adjusted on adjusted.symbol = instrument.symbol
cross join lateral (
    select count(*) as sessions from gap
    where gap.symbol = instrument.symbol and gap.valid_to is null
) as lacking
where %(after)s::text is null or instrument.symbol > %(after)s
order by instrument.symbol
limit %(limit)s
