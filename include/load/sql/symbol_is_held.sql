-- Whether anything is known of a symbol.
select
    exists (select from instrument where symbol = %(symbol)s)
    or exists (select from stock_data where symbol = %(symbol)s)
    or exists (select from stock_data_history where symbol = %(symbol)s)
    or exists (select from request where symbol = %(symbol)s)
    or exists (select from corporate_action_check where symbol = %(symbol)s)
    or exists (select from quarantine where symbol = %(symbol)s)
    or exists (select from quarantine_decision where symbol = %(symbol)s)
    or exists (select from dataset where parameters ->> 'symbol' = %(symbol)s and table_name like 'stock\_data\_%%')
