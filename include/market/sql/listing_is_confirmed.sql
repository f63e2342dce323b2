-- Whether symbols that traded lately bear the active list out: it has most of those whose bars are stored.
select count(*) filter (where is_listed) > count(*) filter (where not is_listed)
from (
    select exists (
        select from listing where listing.symbol = instrument.symbol and listing.status = 'Active'
    ) as is_listed
    from instrument
    inner join listing_check on listing_check.status = 'Active'
    where
        strpos(instrument.symbol, '.') = 0
        and instrument.state = 'active'
        and exists (
            select from stock_data
            where
                stock_data.symbol = instrument.symbol
                and stock_data.data_date > listing_check.fetched_at::date - 10
        )
) as traded_lately
