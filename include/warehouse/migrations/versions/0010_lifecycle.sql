create table listing (
    id bigint generated always as identity primary key,
    symbol text not null,
    name text,
    exchange text not null,
    asset_type text not null,
    ipo_date date,
    delisting_date date,
    status text not null check (status in ('Active', 'Delisted'))
);
create index listing_by_symbol on listing (symbol, status);
comment on table listing is
    'The vendor''s list of US symbols as it was last brought. A symbol that was delisted may stand there several times.';
comment on column listing.name is 'Null for the few that the vendor names nothing.';
comment on column listing.delisting_date is 'The first day it was no longer traded.';

create table listing_check (
    status text primary key check (status in ('Active', 'Delisted')),
    path text not null,
    fetched_at timestamptz not null
);
comment on table listing_check is
    'When the active symbols and the delisted ones were last asked for: no row, never. The delisted only when one that is held has left the active.';
comment on column listing_check.path is 'The body in the raw store that brought it.';

alter table instrument
    add column refused_times integer not null default 0,
    add column refused_at timestamptz,
    add column refused_in bigint references pipeline_run (id) on delete set null,
    add column delisted_on date,
    add column delisted_in bigint references pipeline_run (id) on delete set null;
comment on column instrument.state is
    'active: asked for. suspect: refused in three runs, asked for once in 20 sessions. delisted: by the listing; kept, and asked for no more.';
comment on column instrument.refused_times is
    'In how many runs the vendor has refused it as invalid since it last brought bars.';
comment on column instrument.refused_at is 'When that was last, by the clock of the run refused_in.';
comment on column instrument.delisted_on is 'The first day it was no longer traded: no bar is expected from then on.';
comment on column instrument.delisted_in is 'The run that learnt it from the listing.';

alter table request drop constraint request_outcome_check;
alter table request add constraint request_outcome_check
    check (outcome in ('fetched', 'reused', 'complete', 'left out', 'deferred', 'failed'));
comment on column request.outcome is
    'fetched: asked for, with a body. reused: a body of an earlier run. complete: nothing was due, nothing was asked. left out: the symbol is suspect or delisted. deferred: its turn comes later. failed: see reason.';
comment on column request.symbol is '*active or *delisted where the function takes no symbol: a list of all that are.';
