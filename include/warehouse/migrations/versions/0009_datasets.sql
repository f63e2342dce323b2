create table dataset (
    name text primary key check (name = lower(name)),
    function text not null,
    parameters jsonb not null,
    table_name text not null,
    key_columns text [] not null,
    declared_at timestamptz not null default clock_timestamp()
);
comment on table dataset is
    'Each dataset the DAG market_data_extra was ever asked for: its rows are in the table that table_name names.';
comment on column dataset.name is
    'As include/datasets.py has it; it stands for the symbol in request, verdict and quarantine, where no symbol is in lower case.';
comment on column dataset.parameters is 'What is asked of the function, as the API names it.';
comment on column dataset.key_columns is 'The columns that identify a row of the table: its primary key.';

create table dataset_history (
    id bigint generated always as identity primary key,
    dataset text not null references dataset (name),
    key jsonb not null,
    before jsonb not null,
    fetched_at timestamptz not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    replaced_by bigint references pipeline_run (id) on delete set null,
    constraint dataset_history_validity check (valid_from <= valid_to)
);
create index dataset_history_by_key on dataset_history (dataset, key, valid_to);
comment on table dataset_history is
    'Values of datasets that were replaced: one row for each row that changed, with the time they stood.';
comment on column dataset_history.key is 'The key of the row, by column.';
comment on column dataset_history.before is 'By column, the values that changed, as they were; exact, null where there was none.';
comment on column dataset_history.fetched_at is 'When the body that had brought them was fetched.';
comment on column dataset_history.replaced_by is 'The run that replaced them.';

create or replace view quarantined_bar as
select
    quarantine.id,
    quarantine.pipeline_run_id,
    quarantine.symbol,
    quarantine.data_date,
    (quarantine.bar ->> 'open')::numeric as open,
    (quarantine.bar ->> 'high')::numeric as high,
    (quarantine.bar ->> 'low')::numeric as low,
    (quarantine.bar ->> 'close')::numeric as close,
    (quarantine.bar ->> 'volume')::numeric as volume,
    quarantine.rules,
    quarantine.path,
    pipeline_run.clock as refused_at
from quarantine
inner join pipeline_run on pipeline_run.id = quarantine.pipeline_run_id
where not exists (select from dataset where dataset.name = quarantine.symbol);
comment on view quarantined_bar is
    'The bars in the table quarantine, with their values as numbers and the clock of their run.';
