-- Once rows are merged: those that are held otherwise came from an older response, which replaces nothing.
select to_jsonb(staged) as came, to_jsonb(held) as stays
from staged_row as staged
inner join {table} as held on ({held_key}) = ({staged_key})
where ({held_values}) is distinct from ({staged_values})
order by {staged_key}
