insert into {table} ({columns}, fetched_at, valid_from)
select {staged}, %(fetched_at)s, %(now)s
from staged_row as staged
left join {table} as held using ({key})
where held.fetched_at is null
order by {staged_key}
