select
    exists (select from instrument where symbol = %(symbol)s)
    or exists (select from stock_data where symbol = %(symbol)s) as is_known
