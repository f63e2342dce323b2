insert into gap (symbol, session, cause, valid_from)
select symbol, session, cause, %(now)s
from missing_session
on conflict (symbol, session) where valid_to is null do nothing
