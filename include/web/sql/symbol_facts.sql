select
    instrument.exchange,
    instrument.state,
    held.bars,
    held.first_session,
    held.last_session,
    held.final_bars,
    held.revised_bars,
    held.last_fetched_at,
    (
        select listing.name from listing
        where listing.symbol = %(symbol)s
        order by listing.status, listing.id desc
        limit 1
    ) as name,
    (select asked_through from corporate_action_check where symbol = %(symbol)s and kind = 'split') as splits_through,
    (
        select asked_through from corporate_action_check where symbol = %(symbol)s and kind = 'dividend'
    ) as dividends_through,
    adjusted.doubtful_before,
    adjusted.doubtful_because
from (select %(symbol)s::text as symbol) as asked
left join instrument on instrument.symbol = asked.symbol
left join symbol_coverage as held on held.symbol = asked.symbol
left join adjustment_coverage as adjusted on adjusted.symbol = asked.symbol
