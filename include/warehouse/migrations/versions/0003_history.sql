alter table stock_data
    add column valid_from timestamptz,
    add column final_from timestamptz;
update stock_data set valid_from = fetched_at, final_from = case when is_final then fetched_at end;
alter table stock_data
    alter column valid_from set not null,
    add constraint stock_data_final_has_a_time check (is_final = (final_from is not null));
comment on column stock_data.valid_from is 'When the table began to hold these values, by the clock of the load.';
comment on column stock_data.final_from is 'When it began to hold them as final; the values did not change then.';

create table stock_data_history (
    id bigint generated always as identity primary key,
    symbol text not null,
    data_date date not null,
    open numeric(18, 6) not null,
    high numeric(18, 6) not null,
    low numeric(18, 6) not null,
    close numeric(18, 6) not null,
    volume bigint not null,
    fetched_at timestamptz not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    final_from timestamptz,
    provisional boolean generated always as (final_from is null) stored,
    replaced_by bigint references pipeline_run (id) on delete set null,
    constraint stock_data_history_validity check (valid_from <= valid_to)
);
create index stock_data_history_by_bar on stock_data_history (symbol, data_date, valid_from);
create index stock_data_history_by_time on stock_data_history (valid_to, valid_from);
comment on table stock_data_history is 'Values that were replaced, each with the time it stood in stock_data.';
comment on column stock_data_history.valid_to is 'When it was replaced: the table held it until just before.';
comment on column stock_data_history.provisional is 'It was replaced before it had become final.';
comment on column stock_data_history.replaced_by is 'The run whose load replaced it.';

create function stock_data_as_of(at timestamptz)
returns table (
    symbol text,
    data_date date,
    open numeric(18, 6),
    high numeric(18, 6),
    low numeric(18, 6),
    close numeric(18, 6),
    volume bigint,
    is_final boolean,
    fetched_at timestamptz
)
language sql
stable
as $$
    select symbol, data_date, open, high, low, close, volume, coalesce(final_from <= at, false), fetched_at
    from stock_data
    where valid_from <= at
    union all
    select symbol, data_date, open, high, low, close, volume, coalesce(final_from <= at, false), fetched_at
    from stock_data_history
    where valid_from <= at and at < valid_to
$$;
comment on function stock_data_as_of is 'The table stock_data as it stood at a moment, by the clock of the loads.';

create view revision_log as
with version as (
    select
        symbol, data_date, open, high, low, close, volume, valid_from, provisional, replaced_by,
        false as is_current, id
    from stock_data_history
    union all
    select
        symbol, data_date, open, high, low, close, volume, valid_from, false, null, true, id
    from stock_data
),

pair as (
    select
        version.*,
        lead(open) over later as next_open,
        lead(high) over later as next_high,
        lead(low) over later as next_low,
        lead(close) over later as next_close,
        lead(volume) over later as next_volume,
        lead(valid_from) over later as revised_at
    from version
    window later as (partition by symbol, data_date order by valid_from, is_current, id)
)

select
    pair.symbol,
    pair.data_date as session,
    cell.column_name,
    cell.before,
    cell.after,
    pair.revised_at,
    round((cell.after - cell.before) / nullif(cell.before, 0), 8) as relative_size,
    pair.replaced_by as pipeline_run_id
from pair
cross join lateral (
    values
    ('open', pair.open, pair.next_open),
    ('high', pair.high, pair.next_high),
    ('low', pair.low, pair.next_low),
    ('close', pair.close, pair.next_close),
    ('volume', pair.volume, pair.next_volume)
) as cell (column_name, before, after)
where pair.revised_at is not null and not pair.provisional and cell.before <> cell.after;
comment on view revision_log is
    'What the vendor changed after it was final: a row for each value. Provisional values are left out.';
