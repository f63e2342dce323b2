select id, symbol, data_date, bar, rules, first_seen, last_seen, times
from quarantine_open
order by symbol, data_date, id
