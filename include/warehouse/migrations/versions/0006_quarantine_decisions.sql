alter table verdict add column discarded_bars integer not null default 0;
comment on column verdict.bars is 'Rows in: those refused, those discarded and all others together.';
comment on column verdict.discarded_bars is 'Rows left out because a person had discarded their values.';
create index verdict_by_symbol on verdict (symbol, pipeline_run_id desc);

create table quarantine_decision (
    id bigint generated always as identity primary key,
    symbol text not null,
    data_date date not null,
    open numeric,
    high numeric,
    low numeric,
    close numeric,
    volume numeric,
    decision text not null check (decision in ('released', 'discarded')),
    decided_by text not null check (decided_by <> ''),
    reason text not null check (reason <> ''),
    decided_at timestamptz not null,
    pipeline_run_id bigint references pipeline_run (id) on delete set null,
    quarantine_id bigint references quarantine (id) on delete set null
);
create index quarantine_decision_by_bar on quarantine_decision (symbol, data_date, id desc);
comment on table quarantine_decision is
    'What persons decided about quarantined rows. Rows are only added: the newest on the same values is in force.';
comment on column quarantine_decision.symbol is
    'The decision is for exactly these values of this symbol and session, nulls included, whenever they come.';
comment on column quarantine_decision.decision is
    'released: loaded as it is; discarded: left out, and no longer in the way of the symbol''s other bars.';
comment on column quarantine_decision.decided_at is 'By the clock of the run that recorded it.';
comment on column quarantine_decision.pipeline_run_id is 'The run that recorded it.';
comment on column quarantine_decision.quarantine_id is 'The quarantined row it was taken on, while that is kept.';

create view standing_decision as
select distinct on (symbol, data_date, open, high, low, close, volume)
    id, symbol, data_date, open, high, low, close, volume, decision, decided_by, reason, decided_at,
    pipeline_run_id, quarantine_id
from quarantine_decision
order by symbol, data_date, open, high, low, close, volume, id desc;
comment on view standing_decision is 'The decision in force for each bar''s exact values.';

create view quarantined_bar as
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
inner join pipeline_run on pipeline_run.id = quarantine.pipeline_run_id;
comment on view quarantined_bar is 'The table quarantine with its values as numbers and the clock of its run.';

create view quarantine_open as
with newest as (
    select symbol, max(pipeline_run_id) as pipeline_run_id
    from verdict
    where symbol in (select quarantine.symbol from quarantine)
    group by symbol
),

refused as (
    select distinct on (symbol, data_date, open, high, low, close, volume) quarantined_bar.*
    from quarantined_bar
    inner join newest using (symbol, pipeline_run_id)
)

select
    seen.id,
    refused.symbol,
    refused.data_date,
    refused.open,
    refused.high,
    refused.low,
    refused.close,
    refused.volume,
    refused.rules,
    seen.first_seen,
    seen.last_seen,
    seen.times
from refused
cross join lateral (
    select
        min(same.id) as id,
        min(same.refused_at) as first_seen,
        max(same.refused_at) as last_seen,
        count(distinct same.pipeline_run_id) as times
    from quarantined_bar as same
    where
        same.symbol = refused.symbol and same.data_date = refused.data_date
        and (same.open, same.high, same.low, same.close, same.volume)
        is not distinct from (refused.open, refused.high, refused.low, refused.close, refused.volume)
) as seen
where
    not exists (
        select from standing_decision as decision
        where
            decision.symbol = refused.symbol and decision.data_date = refused.data_date
            and (decision.open, decision.high, decision.low, decision.close, decision.volume)
            is not distinct from (refused.open, refused.high, refused.low, refused.close, refused.volume)
    );
comment on view quarantine_open is
    'Rows that keep their symbol out today and await a decision: one line for the same values, however often they came.';
comment on column quarantine_open.times is 'How many runs refused it.';

create view released_bar as
select
    held.symbol,
    held.data_date,
    held.open,
    held.high,
    held.low,
    held.close,
    held.volume,
    held.is_final,
    held.fetched_at,
    decision.decided_by,
    decision.reason,
    decision.decided_at
from stock_data as held
inner join standing_decision as decision
    on
        decision.symbol = held.symbol and decision.data_date = held.data_date
        and (decision.open, decision.high, decision.low, decision.close, decision.volume)
        = (held.open, held.high, held.low, held.close, held.volume)
where decision.decision = 'released';
comment on view released_bar is
    'Bars of stock_data that broke a rule and stand there because a person released them: who, why and when.';
