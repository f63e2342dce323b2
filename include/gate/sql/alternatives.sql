-- Of a row that is kept out, the other rows of its key in the newest run that refused it.
with newest as (
    select same.*
    from quarantined_row as named
    inner join quarantined_row as same on same.symbol = named.symbol and same.row = named.row
    where named.id = %(id)s
    order by same.pipeline_run_id desc
    limit 1
)

select min(other.id) as id
from newest
inner join
    quarantined_row as other
    on
        other.symbol = newest.symbol and other.pipeline_run_id = newest.pipeline_run_id and other.row <> newest.row
where
    not exists (
        select from unnest(%(key)s::text []) as key (name)
        where other.bar ->> key.name is distinct from newest.bar ->> key.name
    )
group by other.row
order by id
