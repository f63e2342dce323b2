alter table request add column answered_at timestamptz;
comment on column request.answered_at is
    'When the API last answered the run itself, by the database''s clock; null where it was not asked or gave no answer.';
comment on column request.outcome is
    'fetched: the run fetched it, also where it used it again; reused: a response of another run is used; complete, left out: not asked, as nothing is due or would come; deferred: not asked for lack of a call; failed.';

alter table pipeline_run add column was_planned boolean not null default true;
comment on column pipeline_run.was_planned is
    'False: its first task failed, so nothing was asked and no other task has anything to do.';

-- A return that a split may have made, once known splits are taken out: so that doubts are found without reading every bar.
create index daily_return_unusual on daily_return (symbol, data_date)
where price_return not between -0.15 and 0.2;

create view adjustment_doubt as
select
    symbol,
    effective_date,
    format(
        'the dividend of %s, %s, is more than half the close before it, %s',
        effective_date, trim_scale(dividend), trim_scale(close_before)
    ) as doubt
from adjustment_factor
where 2 * dividend * split > close_before
union all
select
    odd.symbol,
    odd.data_date as effective_date,
    case
        when split.value is null
            then format(
                'it opens on %s at %s of the close before, and no split is listed',
                odd.data_date, round(bar.open / before.close, 3)
            )
        else format(
            'the split of %s, %s, does not show in the prices: it opens at %s of the close before',
            odd.data_date, trim_scale(split.value), round(bar.open / before.close, 3)
        )
    end as doubt
from daily_return as odd
inner join stock_data as bar on bar.symbol = odd.symbol and bar.data_date = odd.data_date
cross join lateral (
    select held.data_date, nullif(held.close, 0) as close from stock_data as held
    where held.symbol = odd.symbol and held.data_date < odd.data_date
    order by held.data_date desc
    limit 1
) as before
cross join lateral (
    select product_rounded(listed.value) filter (where listed.value is not null) as factor, max(listed.value) as value
    from corporate_action as listed
    where
        listed.symbol = odd.symbol and listed.kind = 'split'
        and listed.effective_date > before.data_date and listed.effective_date <= odd.data_date
) as split
where
    odd.price_return not between -0.15 and 0.2
    and bar.open * coalesce(split.factor, 1) / before.close not between 0.76 and 1.32;
comment on view adjustment_doubt is
    'Why adjusted prices may be wrong: dividends of more than half the close before, splits that the prices do not show, steps like a split without one. As new as daily_return.';
comment on column adjustment_doubt.symbol is 'As in stock_data.';
comment on column adjustment_doubt.effective_date is 'Adjusted prices of sessions before it are doubtful.';
comment on column adjustment_doubt.doubt is 'What is odd, with its values.';

-- Since when adjusted prices are doubtful, and why, beside from when on there are any.
create or replace view adjustment_coverage as
with stop as (
    select distinct on (factor.symbol)
        factor.symbol,
        factor.effective_date,
        factor.session_before,
        factor.close_before is not null as is_held
    from adjustment_factor as factor
    inner join symbol_coverage as held on held.symbol = factor.symbol and held.first_session < factor.effective_date
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
    end as not_before_because,
    doubt.effective_date as doubtful_before,
    doubt.doubt as doubtful_because
from symbol_coverage as held
left join corporate_action_check as splits on splits.symbol = held.symbol and splits.kind = 'split'
left join corporate_action_check as dividends on dividends.symbol = held.symbol and dividends.kind = 'dividend'
left join stop on stop.symbol = held.symbol
left join lateral (
    select found.effective_date, found.doubt from adjustment_doubt as found
    where found.symbol = held.symbol and found.effective_date > held.first_session
    order by found.effective_date desc, found.doubt
    limit 1
) as doubt on splits.symbol is not null;
comment on column adjustment_coverage.doubtful_before is
    'Adjusted prices of sessions before it are doubtful, those from it on are not; null: none is. See adjustment_doubt.';
comment on column adjustment_coverage.doubtful_because is 'The newest doubt, in words.';
