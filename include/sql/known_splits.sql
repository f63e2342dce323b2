select
    asked.symbol,
    asked.asked_through,
    array_remove(array_agg(known.effective_date), null)
from corporate_action_check as asked
left join corporate_action as known on known.symbol = asked.symbol and known.kind = 'split'
where asked.kind = 'split' and asked.symbol = any(%(symbols)s)
group by asked.symbol, asked.asked_through
