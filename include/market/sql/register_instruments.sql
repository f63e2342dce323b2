insert into instrument (symbol, exchange, added_through, expected_through)
select asked.symbol, asked.exchange, %(through)s, %(through)s
from unnest(%(symbols)s::text [], %(exchanges)s::text []) as asked (symbol, exchange)
on conflict (symbol) do update
    set expected_through = excluded.expected_through
    where instrument.expected_through < excluded.expected_through
