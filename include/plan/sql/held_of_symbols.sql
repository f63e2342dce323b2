-- What a plan has to know of each symbol asked for, in their order.
select
    asked.symbol,
    bars.newest,
    coalesce(bars.last > bars.newest, bars.last is not null) as has_provisional,
    body.final_through as body_through,
    body.fetched_at as asked_at,
    splits.asked_through as splits_through,
    dividends.asked_through as dividends_through,
    steps.step
from unnest(%(symbols)s::text []) with ordinality as asked (symbol, position)
cross join lateral (
    select max(data_date) filter (where is_final) as newest, max(data_date) as last
    from stock_data
    where stock_data.symbol = asked.symbol
) as bars
left join lateral (
    select final_through, fetched_at
    from request
    where request.symbol = asked.symbol and function = 'TIME_SERIES_DAILY' and outcome = 'fetched'
    order by fetched_at desc
    limit 1
) as body on true
cross join lateral (
    select max(data_date) as step
    from (
        select
            data_date,
            open / nullif(lag(close) over by_session, 0) as step,
            lag(data_date) over by_session as before
        from stock_data
        where stock_data.symbol = asked.symbol and data_date >= %(since)s
        window by_session as (order by data_date)
    ) as bar
    where
        bar.step not between %(lowest)s and %(highest)s
        and not exists (
            select from corporate_action as known
            where
                known.symbol = asked.symbol and known.kind = 'split'
                and known.effective_date > bar.before and known.effective_date <= bar.data_date
        )
) as steps
left join corporate_action_check as splits on splits.symbol = asked.symbol and splits.kind = 'split'
left join corporate_action_check as dividends
    on dividends.symbol = asked.symbol and dividends.kind = 'dividend'
order by asked.position
