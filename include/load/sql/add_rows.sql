insert into {table} ({columns}, valid_from)
select {staged}, %(now)s
from row_step as staged
where staged.step = 'new'
order by {staged_key}
