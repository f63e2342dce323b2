-- A symbol that is on the active list again, as the company whose bars are held, goes on.
update instrument
set state = 'active', delisted_on = null, delisted_in = null
where
    instrument.state = 'delisted'
    and exists (
        select from listing
        where
            listing.symbol = instrument.symbol and listing.status = 'Active'
            and listing.ipo_date
            <= (select max(data_date) from stock_data where stock_data.symbol = instrument.symbol)
    )
