-- Sessions that are known to be missing for good.
select symbol, session
from gap
where
    symbol = any(%(symbols)s) and valid_to is null
    and cause in ('vendor hole', 'closed', 'discarded', 'dead symbol')
