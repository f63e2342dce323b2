-- What needs a person: most pressing first.
with newest as (
    select id, state, message, clock
    from pipeline_run
    where dag_id = 'stock_data_pipeline'
    order by id desc
    limit 1
),

found as (
    select
        1 as rank,
        'quarantine' as kind,
        symbol,
        format('%%s breaks %%s', coalesce(data_date::text, 'It'), array_to_string(rules, ', ')) as what,
        null::text [] as ask
    from quarantine_open
    union all
    select
        2, 'failed', request.symbol, request.reason,
        case when request.kind = 'NotListed' then array[request.symbol] end
    from request
    inner join newest on newest.id = request.pipeline_run_id
    where request.outcome = 'failed'
    union all
    select 3, 'run', '', coalesce(message, 'The last daily run has failed.'), null
    from newest
    where
        state = 'failed'
        and not exists (select from request where pipeline_run_id = newest.id and outcome = 'failed')
        and not exists (
            select from verdict where pipeline_run_id = newest.id and not accepted and approval is null
        )
    union all
    select 3, 'late', '', format('The last daily run began %%s.', to_char(clock, 'YYYY-MM-DD HH24:MI "UTC"')), null
    from newest
    where clock < %(now)s::timestamptz - interval '2 days'
    union all
    select 4, 'suspect', symbol, format('The vendor has refused it in %%s runs.', refused_times), array[symbol]
    from instrument
    where state = 'suspect'
    union all
    select
        4,
        'premium',
        '',
        format(
            '%%s%%s%%s is refused as premium, and not asked for until %%s.',
            function,
            ' ' || nullif(parameter, ''),
            case when cardinality(subjects) < 2 then ' of ' || nullif(subjects[1], '') end,
            to_char(believed_until, 'YYYY-MM-DD HH24:MI "UTC"')
        ),
        case when function in ('TIME_SERIES_DAILY', 'SPLITS', 'DIVIDENDS') then subjects end
    from entitlement
    where believed_until > %(now)s
)

select
    kind,
    symbol,
    what,
    ask,
    exists (select from instrument where instrument.symbol = found.symbol) as is_known,
    count(*) over () as of_all
from found
order by rank, symbol, what
limit 50
