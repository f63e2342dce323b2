-- Other values: their validity begins anew.
update {table} as held
set
    ({columns}) = row({staged}),
    valid_from = greatest(%(now)s, held.valid_from)
from row_step as staged
where ({held_key}) = ({staged_key}) and staged.step = 'changed'
