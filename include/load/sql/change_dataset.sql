-- A held row is written only when one of its values differs; its validity then begins anew.
update {table} as held
set
    ({columns}) = row({staged}),
    fetched_at = %(fetched_at)s,
    valid_from = greatest(%(now)s, held.valid_from)
from staged_row as staged
where
    ({held_key}) = ({staged_key})
    and not to_jsonb(held) @> to_jsonb(staged) and held.fetched_at <= %(fetched_at)s
