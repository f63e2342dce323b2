create table corporate_action (
    symbol text not null,
    kind text not null check (kind in ('split', 'dividend')),
    effective_date date not null,
    value numeric not null check (value >= 0 and (value > 0 or kind = 'dividend')),
    session_before date not null,
    declaration_date date,
    record_date date,
    payment_date date,
    path text not null,
    fetched_at timestamptz not null,
    valid_from timestamptz not null,
    primary key (symbol, effective_date, kind)
);
comment on table corporate_action is
    'Splits and dividends as published. Several of a kind on one day are one row: splits multiplied, dividends added.';
comment on column corporate_action.effective_date is 'The first session that trades with it: a dividend''s ex-date.';
comment on column corporate_action.value is
    'New shares for an old one (a spin-off is published as a split), or the dividend a share as it was paid then.';
comment on column corporate_action.session_before is
    'The session before effective_date by the exchange''s calendar: its close is what a dividend is measured against.';
comment on column corporate_action.path is 'The body in the raw store that brought it.';
comment on column corporate_action.valid_from is 'When the table began to hold it, by the clock of the load.';

create table corporate_action_history (
    id bigint generated always as identity primary key,
    symbol text not null,
    kind text not null,
    effective_date date not null,
    value numeric not null,
    session_before date not null,
    declaration_date date,
    record_date date,
    payment_date date,
    path text not null,
    fetched_at timestamptz not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    replaced_by bigint references pipeline_run (id) on delete set null
);
create index corporate_action_history_by_symbol on corporate_action_history (symbol, effective_date);
comment on table corporate_action_history is
    'Splits and dividends that the vendor changed or no longer lists, each with the time it stood.';

create table corporate_action_check (
    symbol text not null,
    kind text not null check (kind in ('split', 'dividend')),
    asked_through date not null,
    path text not null,
    fetched_at timestamptz not null,
    primary key (symbol, kind)
);
comment on table corporate_action_check is
    'When each symbol''s splits and dividends were last asked for: no row, nothing is known, not even that there are none.';
comment on column corporate_action_check.asked_through is 'The newest session that had closed by then.';

create function multiply_rounded(numeric, numeric) returns numeric
language sql immutable parallel safe
return round($1 * $2, 30);
comment on function multiply_rounded is 'A product to 30 decimals; null if either is.';

create aggregate product_rounded(numeric) (
    sfunc = multiply_rounded, stype = numeric, initcond = '1', parallel = safe
);
comment on aggregate product_rounded(numeric) is
    'The product to 30 decimals: 1 of nothing, null as soon as one factor is unknown.';

create view adjustment_factor as
with event as (
    select
        symbol,
        effective_date,
        min(session_before) as session_before,
        coalesce(max(value) filter (where kind = 'split'), 1) as split,
        coalesce(max(value) filter (where kind = 'dividend'), 0) as dividend
    from corporate_action
    group by symbol, effective_date
)

select
    event.symbol,
    event.effective_date,
    event.session_before,
    event.split,
    event.dividend,
    before.close as close_before,
    case
        when event.dividend = 0 then 1
        when event.dividend * event.split < before.close
            then 1 - round(event.dividend * event.split, 30) / before.close
    end as dividend_factor
from event
left join stock_data as before on before.symbol = event.symbol and before.data_date = event.session_before
where event.effective_date <= (select max(data_date) from stock_data where stock_data.symbol = event.symbol);
comment on view adjustment_factor is
    'What each split and dividend does to the prices before it, by the standard backward method; those after the newest bar wait.';
comment on column adjustment_factor.dividend_factor is
    '1 - dividend / close of the session before (in shares after the split); null where that close is not held or not above the dividend.';

create view stock_data_adjusted as
with line as (
    select
        symbol, data_date, open, high, low, close, volume, is_final,
        null::numeric as split, null::numeric as dividend_factor, true as is_bar
    from stock_data
    union all
    select
        symbol, effective_date, null, null, null, null, null, null,
        split, dividend_factor, false
    from adjustment_factor
),

factored as (
    select
        line.*,
        product_rounded(split) filter (where not is_bar) over later as splits,
        product_rounded(dividend_factor) filter (where not is_bar) over later as dividends
    from line
    -- A bar is adjusted by what comes after its session, not by what took effect on it.
    window later as (partition by symbol order by data_date desc, is_bar desc rows unbounded preceding)
),

known as (
    select
        factored.*,
        case when asked_splits.symbol is not null then splits end as split_factor,
        case when asked_splits.symbol is not null and asked_dividends.symbol is not null then dividends end
            as total_dividend_factor
    from factored
    left join corporate_action_check as asked_splits
        on asked_splits.symbol = factored.symbol and asked_splits.kind = 'split'
    left join corporate_action_check as asked_dividends
        on asked_dividends.symbol = factored.symbol and asked_dividends.kind = 'dividend'
    where factored.is_bar
)

select
    symbol,
    data_date,
    round(round(open, 30) / split_factor, 20) as split_open,
    round(round(high, 30) / split_factor, 20) as split_high,
    round(round(low, 30) / split_factor, 20) as split_low,
    round(round(close, 30) / split_factor, 20) as split_close,
    round(volume * split_factor) as split_volume,
    round(round(open, 30) * total_dividend_factor / split_factor, 20) as adjusted_open,
    round(round(high, 30) * total_dividend_factor / split_factor, 20) as adjusted_high,
    round(round(low, 30) * total_dividend_factor / split_factor, 20) as adjusted_low,
    round(round(close, 30) * total_dividend_factor / split_factor, 20) as adjusted_close,
    split_factor,
    total_dividend_factor as dividend_factor,
    is_final
from known;
comment on view stock_data_adjusted is
    'Bars in today''s shares (split_*), and with dividends taken out as well (adjusted_*). Null where that is not known: see adjustment_coverage.';
comment on column stock_data_adjusted.split_factor is 'Shares today for a share of that session.';
comment on column stock_data_adjusted.split_volume is 'Volume in today''s shares, to whole shares.';
comment on column stock_data_adjusted.dividend_factor is
    'What is left of the price once the dividends since are taken out.';

create view adjustment_coverage as
with held as (
    select symbol, min(data_date) as first_session, max(data_date) as last_session
    from stock_data
    group by symbol
),

stop as (
    select distinct on (factor.symbol)
        factor.symbol,
        factor.effective_date,
        factor.session_before,
        factor.close_before is not null as is_held
    from adjustment_factor as factor
    inner join held on held.symbol = factor.symbol and held.first_session < factor.effective_date
    where factor.dividend_factor is null
    order by factor.symbol, factor.effective_date desc
)

select
    held.symbol,
    held.first_session,
    held.last_session,
    splits.asked_through as splits_asked_through,
    dividends.asked_through as dividends_asked_through,
    case when splits.symbol is not null then held.first_session end as split_adjusted_from,
    case
        when splits.symbol is null or dividends.symbol is null then null
        when stop.symbol is null then held.first_session
        else (
            select min(bar.data_date) from stock_data as bar
            where bar.symbol = held.symbol and bar.data_date >= stop.effective_date
        )
    end as adjusted_from,
    case
        when splits.symbol is null then 'its splits were not asked for yet'
        when dividends.symbol is null then 'its dividends were not asked for yet'
        when not stop.is_held
            then format('the close of %s, before the ex-date %s, is not held', stop.session_before, stop.effective_date)
        when stop.is_held
            then format('the dividend of %s is not less than the close before it', stop.effective_date)
    end as not_before_because
from held
left join corporate_action_check as splits on splits.symbol = held.symbol and splits.kind = 'split'
left join corporate_action_check as dividends on dividends.symbol = held.symbol and dividends.kind = 'dividend'
left join stop on stop.symbol = held.symbol;
comment on view adjustment_coverage is
    'From which session on stock_data_adjusted has prices, and why not before. Null: it has none.';
