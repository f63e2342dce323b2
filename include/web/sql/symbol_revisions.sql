select session, column_name, before, after, revised_at
from revision_log
where symbol = %(symbol)s
order by revised_at desc, session desc, column_name
limit 50
