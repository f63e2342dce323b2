create table warehouse_origin (
    origin text not null check (origin in ('market', 'sandbox', 'replay')),
    claimed_at timestamptz not null default clock_timestamp(),
    only_one boolean primary key default true check (only_one)
);
comment on table warehouse_origin is
    'Whose data this database holds: market (the real API), sandbox (simulated) or replay (recorded). One row.';

create table stock_data (
    id bigint generated always as identity primary key,
    symbol text not null,
    data_date date not null,
    open numeric(18, 6) not null,
    high numeric(18, 6) not null,
    low numeric(18, 6) not null,
    close numeric(18, 6) not null,
    volume bigint not null,
    is_final boolean not null,
    fetched_at timestamptz not null,
    constraint stock_data_symbol_data_date_key unique (symbol, data_date)
);
create index stock_data_newest_first on stock_data (data_date desc, symbol);
comment on table stock_data is 'Daily bars as traded: one row for each symbol and session.';
comment on column stock_data.data_date is 'The session, a trading day of the exchange.';
comment on column stock_data.volume is 'Shares traded, as traded (not adjusted for splits).';
comment on column stock_data.is_final is
    'The session had closed before the body was fetched, and the body did not say that it was still moving.';
comment on column stock_data.fetched_at is 'When the body that brought these values was fetched.';

create table pipeline_run (
    id bigint generated always as identity primary key,
    dag_id text not null,
    run_id text not null,
    clock timestamptz not null,
    simulated boolean not null,
    symbols text [] not null,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    state text not null default 'running' check (state in ('running', 'success', 'failed')),
    message text,
    constraint pipeline_run_dag_id_run_id_key unique (dag_id, run_id)
);
comment on table pipeline_run is 'One row for each run of a DAG that writes here.';
comment on column pipeline_run.clock is 'The time all tasks of the run go by.';
comment on column pipeline_run.simulated is 'The clock was set by a parameter and stands still.';

create table request (
    id bigint generated always as identity primary key,
    pipeline_run_id bigint not null references pipeline_run (id) on delete cascade,
    symbol text not null,
    function text not null,
    outputsize text not null,
    outcome text not null check (outcome in ('fetched', 'reused', 'deferred', 'failed')),
    path text,
    origin text,
    fetched_at timestamptz,
    final_through date,
    kind text,
    reason text,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint request_run_symbol_function_key unique (pipeline_run_id, symbol, function)
);
create index request_by_symbol on request (symbol, function, fetched_at desc);
comment on table request is 'How each planned request of a run ended.';
comment on column request.path is 'The body in the raw store; that of a refusal is scrubbed of the key.';
comment on column request.final_through is 'The newest session of which the body holds the final bar.';
comment on column request.kind is 'The class of the error, where there was one.';

create table verdict (
    pipeline_run_id bigint not null references pipeline_run (id) on delete cascade,
    symbol text not null,
    accepted boolean not null,
    bars integer not null,
    refused_bars integer not null,
    warnings integer not null,
    reasons text [] not null,
    new_bars integer,
    changed_bars integer,
    unchanged_bars integer,
    first_session date,
    last_session date,
    primary key (pipeline_run_id, symbol)
);
comment on table verdict is 'What the gate decided for each symbol of a run, and what the load then wrote.';
comment on column verdict.new_bars is 'Null until the symbol is loaded.';

create table quarantine (
    id bigint generated always as identity primary key,
    pipeline_run_id bigint not null references pipeline_run (id) on delete cascade,
    symbol text not null,
    data_date date,
    bar jsonb not null,
    rules text [] not null,
    path text not null,
    quarantined_at timestamptz not null default clock_timestamp()
);
create index quarantine_by_symbol on quarantine (symbol, data_date);
comment on table quarantine is 'Rows the gate refused, each with every rule it broke.';
