-- Which of these symbols hold any row: one look into the index for each.
select loaded.symbol
from unnest(%(symbols)s::text []) as loaded (symbol)
cross join lateral (
    select from stock_data
    where stock_data.symbol = loaded.symbol
    limit 1
) as held
