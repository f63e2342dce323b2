-- Every session that should be held and is not, with its cause.
create temporary table missing_session on commit drop as
-- From when to when each symbol is expected: by themselves, so that only these sessions are looked at.
with expected as materialized (
    select
        instrument.symbol,
        instrument.state <> 'active' or bars.first_session is null and listing.is_without as is_dead,
        instrument.exchange,
        instrument.delisted_on,
        least(bars.first_session, instrument.added_through) as from_session,
        instrument.expected_through as through_session
    from instrument
    cross join lateral (
        select min(data_date) as first_session from stock_data where stock_data.symbol = instrument.symbol
    ) as bars
    -- The listing knows no symbol with a suffix.
    cross join lateral (
        select
            strpos(instrument.symbol, '.') = 0
            and exists (select from listing_check where status = 'Active')
            and not exists (
                select from listing where listing.symbol = instrument.symbol and listing.status = 'Active'
            ) as is_without
    ) as listing
),

lacking as (
    select
        expected.symbol,
        expected.is_dead,
        expected.exchange,
        day.session,
        day.closes_at
    from expected
    inner join exchange_session as day
        on
            day.exchange = expected.exchange
            and day.session between expected.from_session and expected.through_session
            and (expected.delisted_on is null or day.session < expected.delisted_on)
    left join stock_data as held on held.symbol = expected.symbol and held.data_date = day.session
    where held.symbol is null and day.closes_at <= %(now)s
),

-- What the bodies said that were fetched once the session had closed.
answered as (
    select
        lacking.symbol,
        lacking.session,
        max(request.final_through) as final_through,
        bool_or(lacking.session between verdict.first_session and request.final_through) as is_covered,
        not (array_agg(verdict.accepted order by request.pipeline_run_id desc))[1] as is_refused
    from lacking
    inner join request
        on
            request.symbol = lacking.symbol and request.function = 'TIME_SERIES_DAILY'
            and request.outcome in ('fetched', 'reused') and request.fetched_at >= lacking.closes_at
    left join verdict
        on verdict.pipeline_run_id = request.pipeline_run_id and verdict.symbol = request.symbol
    group by lacking.symbol, lacking.session
),

caused as (
    select
        lacking.symbol,
        lacking.session,
        lacking.exchange,
        case
            when exists (
                select from standing_decision as decision
                where
                    decision.symbol = lacking.symbol and decision.data_date = lacking.session
                    and decision.decision = 'discarded'
            ) then 'discarded'
            when answered.is_refused then 'quarantined'
            when answered.is_covered then 'vendor hole'
            when answered.final_through < lacking.session then 'not yet published'
            when lacking.is_dead then 'dead symbol'
            else 'never fetched'
        end as cause
    from lacking
    left join answered using (symbol, session)
)

select
    symbol,
    session,
    case
        when
            cause = 'vendor hole'
            and count(*) filter (where cause = 'vendor hole') over (partition by exchange, session) >= %(all)s
            and not exists (
                select from stock_data as held
                inner join instrument as other using (symbol)
                where held.data_date = caused.session and other.exchange = caused.exchange
            ) then 'closed'
        else cause
    end as cause
from caused
