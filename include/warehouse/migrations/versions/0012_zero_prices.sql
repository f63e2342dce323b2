-- A materialized view cannot be altered: both are made anew, and whoever could read them still can.
create temporary table granted on commit drop as
select relation.relname, held.privilege_type, held.is_grantable, coalesce(role.rolname, 'public') as grantee
from pg_class as relation
cross join lateral aclexplode(relation.relacl) as held
left join pg_roles as role on role.oid = held.grantee
where
    relation.oid in ('latest_price'::regclass, 'daily_return'::regclass) and held.grantee <> relation.relowner;

drop materialized view latest_price;
create materialized view latest_price as
select distinct on (symbol)
    symbol,
    data_date,
    close,
    lag(close) over by_session as previous_close,
    close - lag(close) over by_session as change,
    round(100 * (close / nullif(lag(close) over by_session, 0) - 1), 4) as change_percent,
    volume,
    is_final,
    fetched_at
from stock_data
window by_session as (partition by symbol order by data_date)
order by symbol, data_date desc;
create unique index latest_price_symbol on latest_price (symbol);
comment on materialized view latest_price is
    'The newest bar of each symbol, as traded, and its step from the bar before: on an ex-date of a split the step is the split.';

drop materialized view daily_return;
create materialized view daily_return as
with step as (
    select
        adjusted.symbol,
        adjusted.data_date,
        day.position - lag(day.position) over by_session as sessions,
        adjusted.split_close / nullif(lag(adjusted.split_close) over by_session, 0) - 1 as price_return,
        adjusted.adjusted_close / nullif(lag(adjusted.adjusted_close) over by_session, 0) - 1 as total_return
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
comment on column daily_return.price_return is 'Null where the close before is zero, as one that a person released may be.';
comment on column daily_return.total_return is
    'Null where adjusted prices are not known (see adjustment_coverage) or the close before is zero.';

do $$
declare
    grant_of record;
begin
    for grant_of in select * from granted loop
        execute format(
            'grant %s on %I to %s%s', grant_of.privilege_type, grant_of.relname,
            case grant_of.grantee when 'public' then 'public' else quote_ident(grant_of.grantee) end,
            case when grant_of.is_grantable then ' with grant option' else '' end
        );
    end loop;
end
$$;
