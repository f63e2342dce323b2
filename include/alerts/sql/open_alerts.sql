-- What was told and is not over, oldest first.
select symbol, cause, message as text
from alert
where over_at is null
order by id
