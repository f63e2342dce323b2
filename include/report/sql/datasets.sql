-- Of each family that has tables: how many of its datasets were loaded, when last, and what is refused.
with loaded as (
    select distinct on (verdict.symbol)
        verdict.symbol, request.fetched_at
    from verdict
    inner join request using (pipeline_run_id, symbol)
    where verdict.symbol = any(%(names)s) and verdict.new_bars is not null
    order by verdict.symbol asc, request.fetched_at desc
),

waiting as (
    select symbol, count(*) as rows from quarantine_open where symbol = any(%(names)s) group by symbol
)

select
    whose.family,
    count(loaded.symbol) as loaded,
    max(loaded.fetched_at) as fetched_at,
    coalesce(sum(waiting.rows), 0)::bigint as waiting
from unnest(%(names)s::text [], %(families)s::text []) as whose (symbol, family)
left join loaded using (symbol)
left join waiting using (symbol)
group by whose.family
