select session, cause, valid_from as since
from gap
where symbol = %(symbol)s and valid_to is null
order by session desc
limit 200
