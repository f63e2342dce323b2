-- Symbols whose newest bar is older than the session they should hold; whether why is known and told elsewhere.
select
    due.symbol,
    due.session,
    newest.session as held,
    coalesce(gap.cause in ('closed', 'discarded', 'quarantined', 'dead symbol'), false)
    or coalesce(
        last.outcome in ('failed', 'left out')
        or last.outcome = 'deferred' and last.kind is distinct from 'NotPublishedYet'
        or not last.accepted,
        false
    ) as is_told
from unnest(%(symbols)s::text [], %(sessions)s::date []) with ordinality as due (symbol, session, position)
inner join instrument on instrument.symbol = due.symbol and instrument.state = 'active'
cross join lateral (
    select max(data_date) as session from stock_data where stock_data.symbol = due.symbol
) as newest
left join gap on gap.symbol = due.symbol and gap.session = due.session and gap.valid_to is null
left join lateral (
    select request.outcome, request.kind, verdict.accepted
    from request
    left join verdict
        on verdict.pipeline_run_id = request.pipeline_run_id and verdict.symbol = request.symbol
    where request.symbol = due.symbol and request.function = 'TIME_SERIES_DAILY'
    order by request.pipeline_run_id desc
    limit 1
) as last on true
where newest.session is null or newest.session < due.session
order by due.position
