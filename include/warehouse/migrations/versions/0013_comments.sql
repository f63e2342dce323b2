comment on table alembic_version is 'How far the migrations of this schema have come. One row.';

comment on column alembic_version.version_num is
    'The newest migration of this schema that was applied: see include/migrations/versions.';

comment on column warehouse_origin.origin is 'market, sandbox or replay: a load refuses data of another.';
comment on column warehouse_origin.claimed_at is 'When the first load, or an administrator, claimed the database.';
comment on column warehouse_origin.only_one is 'Always true: so there is one row at most.';

comment on column stock_data.id is 'Of no meaning beyond this table; a bar keeps it when its values change.';
comment on column stock_data.symbol is 'As Alpha Vantage has it; a suffix, such as .LON, tells the exchange.';
comment on column stock_data.open is 'First price of the session, as traded, in the currency of the exchange.';
comment on column stock_data.high is 'Highest price of the session, as traded.';
comment on column stock_data.low is 'Lowest price of the session, as traded.';
comment on column stock_data.close is 'Last price of the session, as traded.';

comment on column stock_data_history.id is 'In the order in which values were replaced.';
comment on column stock_data_history.symbol is 'As in stock_data.';
comment on column stock_data_history.data_date is 'The session of the bar.';
comment on column stock_data_history.open is 'The open that was replaced.';
comment on column stock_data_history.high is 'The high that was replaced.';
comment on column stock_data_history.low is 'The low that was replaced.';
comment on column stock_data_history.close is 'The close that was replaced.';
comment on column stock_data_history.volume is 'The volume that was replaced.';
comment on column stock_data_history.fetched_at is 'When the body that had brought these values was fetched.';
comment on column stock_data_history.valid_from is 'When stock_data began to hold them, by the clock of the load.';
comment on column stock_data_history.final_from is 'When it began to hold them as final; null if it never did.';

comment on column pipeline_run.id is 'What request, verdict and quarantine name the run by.';
comment on column pipeline_run.dag_id is 'The DAG that was run.';
comment on column pipeline_run.run_id is 'The run of that DAG, as Airflow names it.';
comment on column pipeline_run.symbols is
    'The symbols, or the names of datasets, that it was asked for, in their order.';
comment on column pipeline_run.started_at is 'When it was last started, by the real clock.';
comment on column pipeline_run.ended_at is 'When it ended, by the real clock; null while it runs.';
comment on column pipeline_run.state is 'running, success or failed.';
comment on column pipeline_run.message is
    'Why it failed: a line for each symbol that needs a person; empty or null if none does.';

comment on column request.id is 'In the order in which requests were first recorded.';
comment on column request.pipeline_run_id is 'The run that planned it.';
comment on column request.function is 'The function of the API.';
comment on column request.outputsize is
    'compact (the last 100 sessions) or full; empty where the function knows no such thing.';
comment on column request.origin is 'Whose data the body is: market, sandbox or replay.';
comment on column request.fetched_at is 'When the body was fetched, by the clock of the run that fetched it.';
comment on column request.reason is 'Why there is no body, or it is not the one that was asked for, and what to do.';
comment on column request.recorded_at is 'When the newest try was recorded, by the real clock.';

comment on column verdict.pipeline_run_id is 'The run that judged it.';
comment on column verdict.symbol is 'The symbol, or the name of the dataset, that was judged.';
comment on column verdict.accepted is 'Whether its batch may enter: no row broke a critical rule.';
comment on column verdict.refused_bars is
    'Rows that broke a critical rule and that nobody has released: they are in quarantine.';
comment on column verdict.warnings is 'How many broken rules were told and did not keep it out.';
comment on column verdict.reasons is 'A sentence for each broken rule.';
comment on column verdict.changed_bars is 'Rows whose values the load replaced; null until it is loaded.';
comment on column verdict.unchanged_bars is
    'Rows that were held already with the same values, or a newer body''s; null until it is loaded.';
comment on column verdict.first_session is 'Oldest session of what was loaded.';
comment on column verdict.last_session is 'Newest session of what was loaded.';

comment on column quarantine.id is 'What a person names the row by when deciding about it.';
comment on column quarantine.pipeline_run_id is 'The run that refused it.';
comment on column quarantine.symbol is 'The symbol, or the name of the dataset, of the row.';
comment on column quarantine.data_date is 'The session, or the day, of the row; null where it has none.';
comment on column quarantine.bar is 'The row as it came, exact: numbers are text.';
comment on column quarantine.rules is
    'Every rule it broke, by name: see include/expectations.py and include/datasets.py.';
comment on column quarantine.path is 'The body in the raw store that has the row.';
comment on column quarantine.quarantined_at is 'When it was refused, by the real clock.';

comment on column quarantine_decision.id is 'In the order of the decisions: the newest on the same values is in force.';
comment on column quarantine_decision.data_date is 'The session of the bar.';
comment on column quarantine_decision.open is 'The open it is about; null where the bar had none.';
comment on column quarantine_decision.high is 'The high it is about.';
comment on column quarantine_decision.low is 'The low it is about.';
comment on column quarantine_decision.close is 'The close it is about.';
comment on column quarantine_decision.volume is 'The volume it is about.';
comment on column quarantine_decision.decided_by is 'Who decided.';
comment on column quarantine_decision.reason is 'Why, in the words of who decided.';

comment on column corporate_action.symbol is 'As in stock_data.';
comment on column corporate_action.kind is 'split or dividend.';
comment on column corporate_action.declaration_date is
    'When a dividend was declared; null where the vendor does not say.';
comment on column corporate_action.record_date is
    'Who held the share on that day is paid; null where the vendor does not say.';
comment on column corporate_action.payment_date is 'When a dividend is paid; null where the vendor does not say.';
comment on column corporate_action.fetched_at is 'When the body that brought it was fetched.';

comment on column corporate_action_history.id is 'In the order in which actions were withdrawn.';
comment on column corporate_action_history.symbol is 'As in stock_data.';
comment on column corporate_action_history.kind is 'split or dividend.';
comment on column corporate_action_history.effective_date is
    'The first session that trades with it, as it was published then.';
comment on column corporate_action_history.value is
    'New shares for an old one, or the dividend a share, as it was published then.';
comment on column corporate_action_history.session_before is
    'The session before effective_date by the exchange''s calendar.';
comment on column corporate_action_history.declaration_date is 'As it was published then.';
comment on column corporate_action_history.record_date is 'As it was published then.';
comment on column corporate_action_history.payment_date is 'As it was published then.';
comment on column corporate_action_history.path is 'The body in the raw store that had brought it.';
comment on column corporate_action_history.fetched_at is 'When that body was fetched.';
comment on column corporate_action_history.valid_from is
    'When corporate_action began to hold it, by the clock of the load.';
comment on column corporate_action_history.valid_to is
    'When it was withdrawn or replaced: the table held it until just before.';
comment on column corporate_action_history.replaced_by is 'The run whose load took it out.';

comment on column corporate_action_check.symbol is 'As in stock_data.';
comment on column corporate_action_check.kind is 'split or dividend: each is asked for by itself.';
comment on column corporate_action_check.path is 'The newest body in the raw store that lists them.';
comment on column corporate_action_check.fetched_at is 'When it was fetched.';

comment on column exchange_session.session is 'A trading day of the exchange, a date without a time zone.';
comment on column exchange_session.opens_at is 'When it opens.';
comment on column exchange_session.closes_at is 'When it closes; early on some days.';

comment on column instrument.symbol is 'As Alpha Vantage has it.';
comment on column instrument.refused_in is 'The run in which it was last refused.';

comment on column gap.id is 'In the order in which gaps were found.';
comment on column gap.symbol is 'As in stock_data.';
comment on column gap.session is 'The session whose bar is missing.';
comment on column gap.valid_from is 'When a run first saw it with this cause, by its clock.';

comment on column dataset.function is 'The function of the API.';
comment on column dataset.table_name is 'The table that has its rows; several datasets may share one.';
comment on column dataset.declared_at is 'When a run was first asked for it, by the real clock.';

comment on column dataset_history.id is 'In the order in which values were replaced.';
comment on column dataset_history.dataset is 'The name of the dataset whose body brought other values.';
comment on column dataset_history.valid_from is 'When the table began to hold these values, by the clock of the load.';
comment on column dataset_history.valid_to is 'When they were replaced: the table held them until just before.';

comment on column listing.id is 'Of no meaning: it changes whenever the list is brought.';
comment on column listing.symbol is 'As Alpha Vantage has it.';
comment on column listing.exchange is 'As the vendor names it, such as NYSE or NASDAQ.';
comment on column listing.asset_type is 'Stock or ETF.';
comment on column listing.ipo_date is
    'The first day it was traded, as far as the vendor knows; null where it does not.';
comment on column listing.status is 'Active or Delisted: which of the two lists it stands on.';

comment on column listing_check.status is 'Active or Delisted: each list is asked for by itself.';
comment on column listing_check.fetched_at is 'When the list that is held was fetched.';

comment on column entitlement.function is 'The function of the API.';

comment on column api_call.id is 'What the caller settles the call by once it has ended.';
comment on column api_call.function is 'The function that was asked.';
comment on column api_call.symbol is 'The symbol it was asked of; null where it takes none.';
comment on column api_call.bytes is 'The size of the answer; null while under way, or without one.';
comment on column api_call.duration_ms is 'How long it took; null while under way.';

comment on column revision_log.symbol is 'As in stock_data.';
comment on column revision_log.session is 'The session whose bar was revised.';
comment on column revision_log.column_name is 'Which value: open, high, low, close or volume.';
comment on column revision_log.before is 'The value that was replaced.';
comment on column revision_log.after is 'The value in its place.';
comment on column revision_log.revised_at is 'When, by the clock of the load.';
comment on column revision_log.relative_size is
    'The change as a part of the value before, to 8 decimals; null where that was zero.';
comment on column revision_log.pipeline_run_id is 'The run whose load brought the new value.';

comment on column latest_price.symbol is 'As in stock_data.';
comment on column latest_price.data_date is 'The newest session that is held.';
comment on column latest_price.close is 'Its close, as traded.';
comment on column latest_price.previous_close is 'The close of the bar before, as traded; null where there is none.';
comment on column latest_price.change is 'The step from that close to this one.';
comment on column latest_price.change_percent is
    'The same in percent, to 4 decimals; null where the close before is zero.';
comment on column latest_price.volume is 'Shares traded.';
comment on column latest_price.is_final is 'As in stock_data.';
comment on column latest_price.fetched_at is 'As in stock_data.';

comment on column symbol_coverage.symbol is 'As in stock_data.';
comment on column symbol_coverage.first_session is 'Oldest session that is held.';
comment on column symbol_coverage.last_session is 'Newest session that is held.';
comment on column symbol_coverage.bars is 'How many bars are held.';
comment on column symbol_coverage.final_bars is 'How many of them are final.';
comment on column symbol_coverage.average_close is 'The mean of their closes, as traded, to 6 decimals.';
comment on column symbol_coverage.revised_bars is 'How many values of bars the vendor replaced after they were final.';
comment on column symbol_coverage.last_fetched_at is 'When the newest body that changed anything was fetched.';

comment on column market_summary.data_date is 'The session.';
comment on column market_summary.symbols is 'How many symbols have a bar.';
comment on column market_summary.advancing is 'How many closed above their bar before.';
comment on column market_summary.declining is 'How many closed below it.';
comment on column market_summary.unchanged is 'How many closed at it.';
comment on column market_summary.volume is 'Shares traded of all of them.';

comment on column daily_return.symbol is 'As in stock_data.';
comment on column daily_return.data_date is 'The session whose return it is.';

comment on column adjustment_factor.symbol is 'As in stock_data.';
comment on column adjustment_factor.effective_date is 'The first session that trades with it.';
comment on column adjustment_factor.session_before is 'The session before that, by the exchange''s calendar.';
comment on column adjustment_factor.split is 'New shares for an old one; 1 without a split.';
comment on column adjustment_factor.dividend is 'What was paid a share, as it was then; 0 without a dividend.';
comment on column adjustment_factor.close_before is
    'The close of session_before, as traded; null where it is not held.';

comment on column stock_data_adjusted.symbol is 'As in stock_data.';
comment on column stock_data_adjusted.data_date is 'The session.';
comment on column stock_data_adjusted.split_open is 'The open in today''s shares.';
comment on column stock_data_adjusted.split_high is 'The high in today''s shares.';
comment on column stock_data_adjusted.split_low is 'The low in today''s shares.';
comment on column stock_data_adjusted.split_close is 'The close in today''s shares.';
comment on column stock_data_adjusted.adjusted_open is 'The same open with the dividends since taken out.';
comment on column stock_data_adjusted.adjusted_high is 'The same high with the dividends since taken out.';
comment on column stock_data_adjusted.adjusted_low is 'The same low with the dividends since taken out.';
comment on column stock_data_adjusted.adjusted_close is
    'The same close with the dividends since taken out: its steps are what a holder earned.';
comment on column stock_data_adjusted.is_final is 'As in stock_data.';

comment on column adjustment_coverage.symbol is 'As in stock_data.';
comment on column adjustment_coverage.first_session is 'Oldest session that is held.';
comment on column adjustment_coverage.last_session is 'Newest session that is held.';
comment on column adjustment_coverage.splits_asked_through is
    'The newest session that had closed when its splits were last asked for; null: never.';
comment on column adjustment_coverage.dividends_asked_through is 'The same for its dividends.';
comment on column adjustment_coverage.split_adjusted_from is
    'From this session on the columns split_* have values; null: never.';
comment on column adjustment_coverage.adjusted_from is
    'From this session on the columns adjusted_* have values; null: never.';
comment on column adjustment_coverage.not_before_because is
    'Why adjusted prices do not reach back to the first session; null where they do.';

comment on column standing_decision.id is 'The decision, as in quarantine_decision.';
comment on column standing_decision.symbol is 'As in quarantine_decision.';
comment on column standing_decision.data_date is 'As in quarantine_decision.';
comment on column standing_decision.open is 'As in quarantine_decision.';
comment on column standing_decision.high is 'As in quarantine_decision.';
comment on column standing_decision.low is 'As in quarantine_decision.';
comment on column standing_decision.close is 'As in quarantine_decision.';
comment on column standing_decision.volume is 'As in quarantine_decision.';
comment on column standing_decision.decision is 'released or discarded.';
comment on column standing_decision.decided_by is 'Who decided.';
comment on column standing_decision.reason is 'Why.';
comment on column standing_decision.decided_at is 'When, by the clock of the run that recorded it.';
comment on column standing_decision.pipeline_run_id is 'The run that recorded it.';
comment on column standing_decision.quarantine_id is 'The quarantined row it was taken on, while that is kept.';

comment on column quarantined_bar.id is 'The row, as in quarantine.';
comment on column quarantined_bar.pipeline_run_id is 'The run that refused it.';
comment on column quarantined_bar.symbol is 'As in stock_data.';
comment on column quarantined_bar.data_date is 'The session.';
comment on column quarantined_bar.open is 'As it came; null where it had none.';
comment on column quarantined_bar.high is 'As it came.';
comment on column quarantined_bar.low is 'As it came.';
comment on column quarantined_bar.close is 'As it came.';
comment on column quarantined_bar.volume is 'As it came.';
comment on column quarantined_bar.rules is 'Every rule it broke, by name.';
comment on column quarantined_bar.path is 'The body in the raw store that has it.';
comment on column quarantined_bar.refused_at is 'When it was refused, by the clock of the run.';

comment on column quarantine_open.id is 'The first row with these values, as in quarantine: what a decision names.';
comment on column quarantine_open.symbol is 'As in stock_data.';
comment on column quarantine_open.data_date is 'The session.';
comment on column quarantine_open.open is 'As it came; null where it had none.';
comment on column quarantine_open.high is 'As it came.';
comment on column quarantine_open.low is 'As it came.';
comment on column quarantine_open.close is 'As it came.';
comment on column quarantine_open.volume is 'As it came.';
comment on column quarantine_open.rules is 'Every rule it broke, by name.';
comment on column quarantine_open.first_seen is 'When it was first refused, by the clock of the run.';
comment on column quarantine_open.last_seen is 'When it was last refused.';

comment on column released_bar.symbol is 'As in stock_data.';
comment on column released_bar.data_date is 'As in stock_data.';
comment on column released_bar.open is 'As in stock_data.';
comment on column released_bar.high is 'As in stock_data.';
comment on column released_bar.low is 'As in stock_data.';
comment on column released_bar.close is 'As in stock_data.';
comment on column released_bar.volume is 'As in stock_data.';
comment on column released_bar.is_final is 'As in stock_data.';
comment on column released_bar.fetched_at is 'As in stock_data.';
comment on column released_bar.decided_by is 'Who released it.';
comment on column released_bar.reason is 'Why.';
comment on column released_bar.decided_at is 'When, by the clock of the run that recorded it.';

-- The tables of datasets that there are already; a new column gets its comment when it is made.
do $$
declare
    held record;
begin
    for held in
        select
            dataset.table_name,
            attribute.attname,
            case
                when attribute.attname = 'fetched_at' then 'When the body that brought these values was fetched.'
                when attribute.attname = 'valid_from'
                    then 'Since when the table holds these values, by the clock of the load.'
                when attribute.attname in ('week', 'month') then format('The first day of the %s.', attribute.attname)
                when bool_or(dataset.parameters ? attribute.attname)
                    then format('The %s that %s was asked for.', attribute.attname, min(dataset.function))
                else format('%s of %s, as Alpha Vantage has it.', attribute.attname, min(dataset.function))
            end as says
        from dataset
        inner join pg_attribute as attribute on attribute.attrelid = to_regclass('public.' || quote_ident(table_name))
        where attribute.attnum > 0 and not attribute.attisdropped
        group by dataset.table_name, attribute.attname
    loop
        execute format('comment on column %I.%I is %L', held.table_name, held.attname, held.says);
    end loop;
end
$$;
