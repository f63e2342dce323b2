select min(data_date)
from (
    select data_date from stock_data where symbol = %(symbol)s order by data_date desc limit %(bars)s
) as newest
