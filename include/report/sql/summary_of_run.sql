-- One line for each symbol of a run, or dataset: how its request ended, the verdict, what was loaded. Last come the
-- symbols that were asked for although they are not on the list. A run that was started again may ask for less than
-- before: what it has not asked for since is left out. The name of a dataset has small letters, a symbol never has.
select
    planned.symbol,
    request.outcome,
    request.kind,
    request.reason,
    verdict.accepted,
    verdict.bars,
    verdict.refused_bars,
    coalesce(verdict.discarded_bars, 0) as discarded_bars,
    coalesce(verdict.warnings, 0) + coalesce(lists.warnings, 0) as warnings,
    coalesce(verdict.reasons, '{}') || coalesce(lists.unusual, '{}') as reasons,
    verdict.approval,
    verdict.approval_by,
    verdict.new_bars,
    verdict.changed_bars,
    verdict.unchanged_bars,
    coalesce(verdict.first_session, held.first_session) as first_session,
    coalesce(verdict.last_session, held.last_session) as last_session,
    others.failures || coalesce(lists.refused, '{}') as failures,
    others.deferred_requests
from pipeline_run
cross join lateral unnest(pipeline_run.symbols || array(
    select beside.symbol
    from request as beside
    where
        beside.pipeline_run_id = pipeline_run.id and beside.function = 'TIME_SERIES_DAILY'
        and not exists (select from unnest(pipeline_run.symbols) as listed (symbol) where listed.symbol = beside.symbol)
        and beside.recorded_at >= pipeline_run.started_at
    order by beside.id
)) with ordinality as planned (symbol, position)
left join (
    select asked.*, stands.name as stands_for
    from request as asked
    cross join lateral (
        values (case when asked.function = 'TIME_SERIES_DAILY' or asked.symbol ~ '[a-z]' then asked.symbol end),
        (ltrim(lower(asked.symbol), '*') || '_' || lower(asked.function))
    ) as stands (name)
    where asked.pipeline_run_id = %(run)s
) as request on request.stands_for = planned.symbol
cross join lateral (
    select
        coalesce(array_agg(other.reason order by other.id) filter (where other.outcome = 'failed'), '{}') as failures,
        count(*) filter (where other.outcome = 'deferred')::int as deferred_requests
    from request as other
    where
        other.pipeline_run_id = pipeline_run.id and other.symbol = planned.symbol
        and other.function <> 'TIME_SERIES_DAILY' and planned.symbol !~ '[a-z]'
        and other.recorded_at >= pipeline_run.started_at
) as others
-- Of its lists of splits and dividends: what is unusual in those that may enter, and why others may not.
left join lateral (
    select
        array_agg(
            case
                when list.approval = 'rejected'
                    then format(
                        '%%s: %%s warning(s), rejected by %%s, so the list was not loaded. %%s The next run asks for it again.',
                        list.symbol, list.warnings, list.approval_by, array_to_string(list.reasons[1:3], ' ')
                    )
                else array_to_string(list.reasons[1:3], ' ')
                    || ' What is held stays until you release or discard it: `make quarantine`, or the DAG quarantine.'
            end
            order by list.symbol
        ) filter (
            where not list.accepted and (list.refused_bars > 0 or list.approval = 'rejected')
        ) as refused,
        sum(list.warnings) filter (where list.accepted)::int as warnings,
        string_to_array(
            string_agg(
                array_to_string(list.reasons[cardinality(list.reasons) - list.warnings + 1:], chr(10)), chr(10)
                order by list.symbol
            ) filter (where list.accepted and list.warnings > 0),
            chr(10)
        ) as unusual
    from verdict as list
    inner join request as other
        on
            other.pipeline_run_id = list.pipeline_run_id and other.symbol = planned.symbol
            and other.recorded_at >= pipeline_run.started_at
            and list.symbol = lower(other.symbol) || '_' || lower(other.function)
    where list.pipeline_run_id = pipeline_run.id
) as lists on planned.symbol !~ '[a-z]'
left join verdict
    on
        verdict.pipeline_run_id = pipeline_run.id and verdict.symbol = planned.symbol
        and request.outcome in ('fetched', 'reused')
left join lateral (
    select min(data_date) as first_session, max(data_date) as last_session
    from stock_data
    where stock_data.symbol = planned.symbol and request.outcome = 'complete'
) as held on true
where pipeline_run.id = %(run)s
order by planned.position
