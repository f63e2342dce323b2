-- Why each stored body stays: it is young, or something points to it; null where nothing does.
-- Paths are compared inside the store, as the same body may have been reached through another URL.
with stored as (
    select body.key, body.symbol, body.fetched_at
    from unnest(%(keys)s::text [], %(symbols)s::text [], %(fetched_at)s::timestamptz [])
        as body (key, symbol, fetched_at)
),

asked as (
    select
        request.path, request.symbol, request.function, request.outcome, request.fetched_at, pipeline_run.state,
        greatest(pipeline_run.clock, request.fetched_at) as asked_at
    from request
    inner join pipeline_run on pipeline_run.id = request.pipeline_run_id
    where request.path is not null
),

brought (cause, symbol, fetched_at) as (
    select 'stock_data', symbol, fetched_at from stock_data group by symbol, fetched_at
    union all
    select 'stock_data_history', symbol, fetched_at from stock_data_history group by symbol, fetched_at
),

newest (path) as (
    select distinct on (symbol, function) path
    from asked
    where
        outcome in ('fetched', 'reused')
        and not exists (select from quarantine where quarantine.path = asked.path)
    order by symbol asc, function asc, fetched_at desc, asked_at desc
),

-- The folders a symbol's bodies lie in: one that was renamed has left some under its name before.
folder as (
    select distinct symbol, substring(path from 'symbol=[^/]+/') as name from asked
),

-- Whatever points to a body has a branch here.
pointer (cause, path) as (
    select 'quarantine', path from quarantine
    union all
    select 'corporate_action', path from corporate_action
    union all
    select 'corporate_action', path from corporate_action_history
    union all
    select 'listing', path from listing_check
    union all
    select 'newest', path from newest
    union all
    select 'running', path from asked where state = 'running'
    union all
    select brought.cause, asked.path from brought inner join asked using (symbol, fetched_at)
    union all
    -- Whatever brought a new or another value of a dataset: its table or dataset_history has it.
    select 'dataset', request.path
    from request
    inner join dataset on dataset.name = request.symbol
    inner join verdict
        on verdict.pipeline_run_id = request.pipeline_run_id and verdict.symbol = request.symbol
    where verdict.new_bars + verdict.changed_bars > 0
    union all
    -- A run that is started again forgets its first request; the body's name still says when it came.
    select brought.cause, stored.key
    from brought
    inner join stored
        on
            stored.fetched_at = date_trunc('second', brought.fetched_at)
            and (
                stored.symbol = brought.symbol
                or (brought.symbol, substring(stored.key from 'symbol=[^/]+/')) in (select symbol, name from folder)
            )
),

pointed as (
    select substring(path from '[^/]+(?:/[^/]+){4}$') as key, min(cause) as cause from pointer group by 1
),

last_asked as (
    select substring(path from '[^/]+(?:/[^/]+){4}$') as key, max(asked_at) as asked_at from asked group by 1
)

select
    stored.key,
    case
        when greatest(stored.fetched_at, last_asked.asked_at) >= %(before)s then 'young' else pointed.cause
    end as cause
from stored
left join last_asked on last_asked.key = stored.key
left join pointed on pointed.key = stored.key
