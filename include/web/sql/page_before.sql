-- After which symbol the page before this one begins: null for the first page.
select symbol
from instrument
where symbol <= %(after)s
order by symbol desc
offset %(limit)s
limit 1
