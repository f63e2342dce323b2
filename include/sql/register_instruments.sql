insert into instrument (symbol, exchange, added_through, expected_through)
select symbol, %(exchange)s, %(through)s, %(through)s
from unnest(%(symbols)s::text []) as symbol
on conflict (symbol) do update
    set expected_through = excluded.expected_through
    where instrument.expected_through < excluded.expected_through
