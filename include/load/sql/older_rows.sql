-- What came from an older response than the one that brought what is held, and says something else: it replaces nothing.
select to_jsonb(staged) as came, to_jsonb(held) as stays
from staged_row as staged
inner join {table} as held on ({held_key}) = ({staged_key})
where held.fetched_at > staged.fetched_at and ({held_values}) is distinct from ({staged_values})
order by {staged_key}
