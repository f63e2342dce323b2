-- The lists that came, in the place of those before; a row that came and does not enter leaves the one before.
with kept_out as (
    select bar ->> 'symbol' as symbol
    from quarantine
    where pipeline_run_id = %(run)s and symbol = any(%(names)s)
    union all
    select refused.bar ->> 'symbol'
    from verdict as found
    inner join standing_decision as standing using (symbol)
    inner join quarantine as refused on refused.id = standing.quarantine_id
    where
        found.pipeline_run_id = %(run)s and found.symbol = any(%(names)s) and found.discarded_bars > 0
        and standing.decision = 'discarded'
),

replaced as (
    delete from listing
    where
        status = any(%(kinds)s)
        and not exists (select from kept_out where kept_out.symbol = listing.symbol)
)

insert into listing (symbol, name, exchange, asset_type, ipo_date, delisting_date, status)
select symbol, name, exchange, asset_type, ipo_date, delisting_date, status
from staged_row
