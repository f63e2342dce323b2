select symbol, kind, effective_date, value, declaration_date, record_date, payment_date
from corporate_action
where symbol = %(symbol)s
order by effective_date, kind
