-- Of a row that was decided, the others of its key that the same choice decided the other way.
select other.quarantine_id
from quarantined_row as named
inner join standing_decision as decided on decided.symbol = named.symbol and decided.row = named.row
inner join
    standing_decision as other
    on
        other.symbol = decided.symbol and other.pipeline_run_id = decided.pipeline_run_id
        and other.decision <> decided.decision
where
    named.id = %(id)s
    and not exists (
        select from unnest(%(key)s::text []) as key (name)
        where other.row ->> key.name is distinct from decided.row ->> key.name
    )
