select symbol, exchange
from instrument
where %(after)s::text is null or symbol > %(after)s
order by symbol
limit %(limit)s
