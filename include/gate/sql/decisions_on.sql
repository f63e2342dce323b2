select symbol, row, decision, decided_by, reason, decided_at
from standing_decision
where symbol = any(%(symbols)s)
