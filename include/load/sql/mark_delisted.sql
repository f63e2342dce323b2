-- What has left the active list and is on the other one; not a company that had the ticker before.
update instrument
set state = 'delisted', delisted_on = gone.delisted_on, delisted_in = %(run)s
from (
    select symbol, max(delisting_date) as delisted_on
    from listing
    where status = 'Delisted'
    group by symbol
) as gone
where
    gone.symbol = instrument.symbol
    and instrument.state <> 'delisted'
    and gone.delisted_on > (select min(data_date) from stock_data where stock_data.symbol = instrument.symbol)
    and not exists (
        select from listing where listing.symbol = instrument.symbol and listing.status = 'Active'
    )
returning instrument.symbol
