create table exchange_session (
    exchange text not null,
    session date not null,
    position integer not null,
    opens_at timestamptz not null,
    closes_at timestamptz not null,
    primary key (exchange, session)
);
comment on table exchange_session is 'The trading days of each exchange, as its calendar has them today.';
comment on column exchange_session.exchange is 'ISO 10383 code, such as XNYS for New York.';
comment on column exchange_session.position is 'Counted from the calendar''s first session: one more is the next session.';

create table instrument (
    symbol text primary key,
    exchange text not null,
    state text not null default 'active' check (state in ('active', 'suspect', 'delisted')),
    added_through date not null,
    expected_through date not null
);
comment on table instrument is 'Each symbol that was ever asked for.';
comment on column instrument.exchange is 'Whose calendar it keeps: see exchange_session.';
comment on column instrument.added_through is 'The newest session that had closed when it was added.';
comment on column instrument.expected_through is
    'The newest session that had closed when a run last had it on its list: up to here its bars should be held.';

insert into instrument (symbol, exchange, added_through, expected_through)
select symbol, 'XNYS', max(data_date), max(data_date)
from stock_data
group by symbol;

create table gap (
    id bigint generated always as identity primary key,
    symbol text not null,
    session date not null,
    cause text not null check (
        cause in (
            'not yet published', 'vendor hole', 'closed', 'quarantined', 'discarded', 'dead symbol', 'never fetched'
        )
    ),
    valid_from timestamptz not null,
    valid_to timestamptz,
    constraint gap_validity check (valid_from <= valid_to)
);
create unique index gap_open on gap (symbol, session) where valid_to is null;
create index gap_by_symbol on gap (symbol, session, valid_from);
comment on table gap is
    'Sessions that should be held and are not, each with its cause. A gap ends when the bar comes or the cause changes.';
comment on column gap.cause is
    'not yet published: the vendor''s newest bar is older. vendor hole: it has later bars, but not this one. closed: so for all symbols; the calendar learns late. quarantined: held back by the gate. discarded: left out by a person. dead symbol: delisted or not known to the vendor. never fetched: no body has covered it.';
comment on column gap.valid_to is 'When it ended, by the clock of the run that saw it; null while it lasts.';

create materialized view daily_return as
with step as (
    select
        adjusted.symbol,
        adjusted.data_date,
        day.position - lag(day.position) over by_session as sessions,
        adjusted.split_close / lag(adjusted.split_close) over by_session - 1 as price_return,
        adjusted.adjusted_close / lag(adjusted.adjusted_close) over by_session - 1 as total_return
    from stock_data_adjusted as adjusted
    inner join instrument on instrument.symbol = adjusted.symbol
    inner join exchange_session as day
        on day.exchange = instrument.exchange and day.session = adjusted.data_date
    window by_session as (partition by adjusted.symbol order by adjusted.data_date)
)

select
    symbol,
    data_date,
    round(price_return, 12) as price_return,
    round(total_return, 12) as total_return
from step
where sessions = 1;
create unique index daily_return_symbol_session on daily_return (symbol, data_date);
create index daily_return_session on daily_return (data_date);
comment on materialized view daily_return is
    'The return of each session on the one before: of the price in today''s shares, and with dividends. No row where the session before is not held.';
comment on column daily_return.total_return is 'Null where adjusted prices are not known: see adjustment_coverage.';
