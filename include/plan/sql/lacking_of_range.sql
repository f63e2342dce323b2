-- What each symbol of an exchange lacks of a range, in their order. What is missing in the whole history that
-- was loaded last, the vendor does not have.
select
    asked.symbol,
    count(day.session)::int as sessions,
    count(day.session) filter (where day.is_missing)::int as missing,
    count(day.session) filter (where day.is_missing and day.is_recent)::int as recent,
    count(day.session) filter (where day.is_older)::int as older,
    min(day.session) filter (where day.is_older) as first_older,
    max(day.session) filter (where day.is_older) as last_older
from unnest(%(symbols)s::text []) with ordinality as asked (symbol, position)
cross join lateral (
    select coalesce(max(request.final_through), '-infinity') as through
    from request
    inner join verdict
        on verdict.pipeline_run_id = request.pipeline_run_id and verdict.symbol = request.symbol
    where
        request.symbol = asked.symbol and request.function = 'TIME_SERIES_DAILY' and request.outputsize = 'full'
        and verdict.new_bars is not null
) as whole
left join lateral (
    select
        session,
        held.symbol is null as is_missing,
        session >= %(since)s as is_recent,
        held.symbol is null and session < %(since)s and session > whole.through as is_older
    from exchange_session
    left join stock_data as held
        on held.symbol = asked.symbol and held.data_date = session and held.is_final
    where exchange = %(exchange)s and session between %(first)s and %(last)s
) as day on true
group by asked.position, asked.symbol
order by asked.position
