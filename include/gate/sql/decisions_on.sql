select symbol, data_date, open, high, low, close, volume, decision, decided_by, reason, decided_at
from standing_decision
where symbol = any(%(symbols)s)
