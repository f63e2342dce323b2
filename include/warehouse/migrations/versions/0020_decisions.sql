create function row_identity(bar jsonb) returns jsonb
language sql immutable parallel safe
return (
    select
        coalesce(
            jsonb_object_agg(
                cell.key,
                case
                    when cell.value ~ '^-?[0-9]+(\.[0-9]+)?$' then trim_scale(cell.value::numeric)::text
                    else cell.value
                end
            ),
            '{}'
        )
    from jsonb_each_text(bar) as cell
    where cell.key not in ('symbol', 'is_final', 'fetched_at', 'origin')
);
comment on function row_identity is
    'What a decision on a refused row is remembered for: its values, numbers without zeros that say nothing; not whose it is.';

alter table quarantine_decision
    alter column data_date drop not null,
    add column row jsonb,
    drop constraint quarantine_decision_decision_check,
    add constraint quarantine_decision_decision_check check (decision in ('released', 'discarded', 'undone'));
update quarantine_decision
set row = row_identity(
    jsonb_build_object(
        'data_date', data_date::text, 'open', open::text, 'high', high::text, 'low', low::text,
        'close', close::text, 'volume', volume::text
    )
);
alter table quarantine_decision alter column row set not null;
create index quarantine_decision_by_row on quarantine_decision (symbol, row, id desc);
comment on column quarantine_decision.symbol is
    'Whose row it is: a symbol, or in lower case the name of a dataset or list, such as ibm_splits.';
comment on column quarantine_decision.row is
    'The decision is for exactly these values, nulls included, whenever they come; what would be withdrawn, where it is about a list.';
comment on column quarantine_decision.decision is
    'released: loaded as it is; discarded: left out, and no longer in the way of the other rows; undone: no decision is in force any more.';
comment on column quarantine_decision.data_date is 'The session of the bar, or the day of the row; null where it has none.';

create or replace view standing_decision as
select *
from (
    select distinct on (symbol, row)
        id, symbol, data_date, open, high, low, close, volume, decision, decided_by, reason, decided_at,
        pipeline_run_id, quarantine_id, row
    from quarantine_decision
    order by symbol, row, id desc
) as newest
where decision <> 'undone';
comment on view standing_decision is 'The decision in force for each row''s exact values.';
comment on column standing_decision.row is 'As in quarantine_decision.';

create view quarantined_row as
select
    quarantine.id,
    quarantine.pipeline_run_id,
    quarantine.symbol,
    quarantine.data_date,
    quarantine.bar,
    row_identity(quarantine.bar) || case
        when quarantine.symbol = upper(quarantine.symbol)
            then jsonb_build_object('data_date', quarantine.data_date::text)
        else '{}'
    end as row,
    quarantine.rules,
    quarantine.path,
    pipeline_run.clock as refused_at
from quarantine
inner join pipeline_run on pipeline_run.id = quarantine.pipeline_run_id;
comment on view quarantined_row is
    'What the gate refused: rows of bars and of other datasets, and lists that would withdraw too much.';
comment on column quarantined_row.id is 'The row, as in quarantine.';
comment on column quarantined_row.pipeline_run_id is 'The run that refused it.';
comment on column quarantined_row.symbol is 'The symbol, or in lower case the name of a dataset or list.';
comment on column quarantined_row.data_date is 'The session or day; null where it has none.';
comment on column quarantined_row.bar is 'The row as it came, by column; exact, as text.';
comment on column quarantined_row.row is 'What a decision on it is remembered for.';
comment on column quarantined_row.rules is 'Every rule it broke, by name.';
comment on column quarantined_row.path is 'The body in the raw store that has it.';
comment on column quarantined_row.refused_at is 'When it was refused, by the clock of the run.';

create function plain_number(text) returns numeric
language sql immutable parallel safe
return case when $1 ~ '^-?[0-9]+(\.[0-9]+)?$' then $1::numeric end;
comment on function plain_number is 'A text that is plainly a number as one; null if it is not.';

create or replace view quarantined_bar as
select
    quarantine.id,
    quarantine.pipeline_run_id,
    quarantine.symbol,
    quarantine.data_date,
    plain_number(quarantine.bar ->> 'open') as open,
    plain_number(quarantine.bar ->> 'high') as high,
    plain_number(quarantine.bar ->> 'low') as low,
    plain_number(quarantine.bar ->> 'close') as close,
    plain_number(quarantine.bar ->> 'volume') as volume,
    quarantine.rules,
    quarantine.path,
    pipeline_run.clock as refused_at
from quarantine
inner join pipeline_run on pipeline_run.id = quarantine.pipeline_run_id
where quarantine.symbol = upper(quarantine.symbol);

create or replace view quarantine_open as
with newest as (
    select symbol, max(pipeline_run_id) as pipeline_run_id
    from verdict
    where symbol in (select quarantine.symbol from quarantine)
    group by symbol
),

refused as (
    select distinct on (symbol, row) quarantined_row.*
    from quarantined_row
    inner join newest using (symbol, pipeline_run_id)
)

select
    seen.id,
    refused.symbol,
    refused.data_date,
    plain_number(refused.bar ->> 'open') as open,
    plain_number(refused.bar ->> 'high') as high,
    plain_number(refused.bar ->> 'low') as low,
    plain_number(refused.bar ->> 'close') as close,
    plain_number(refused.bar ->> 'volume') as volume,
    refused.rules,
    seen.first_seen,
    seen.last_seen,
    seen.times,
    refused.bar
from refused
cross join lateral (
    select
        min(same.id) as id,
        min(same.refused_at) as first_seen,
        max(same.refused_at) as last_seen,
        count(distinct same.pipeline_run_id) as times
    from quarantined_row as same
    where same.symbol = refused.symbol and same.row = refused.row
) as seen
where
    not exists (
        select from standing_decision as decision
        where decision.symbol = refused.symbol and decision.row = refused.row
    );
comment on view quarantine_open is
    'What the gate keeps out today and awaits a decision: one line for the same values, however often they came.';
comment on column quarantine_open.symbol is 'The symbol, or in lower case the name of a dataset or list.';
comment on column quarantine_open.data_date is 'The session or day; null where it has none.';
comment on column quarantine_open.bar is 'The row as it came, by column; exact, as text.';
