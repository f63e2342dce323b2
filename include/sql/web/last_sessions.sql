select session
from (
    select distinct session
    from exchange_session
    where exchange = any(%(exchanges)s) and opens_at <= %(now)s
    order by session desc
    limit %(sessions)s
) as newest
order by session
