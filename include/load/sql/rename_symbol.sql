-- Every row of a symbol under another name, but the audit of runs. One that is not listed there is an archive.
with bars as (
    update stock_data set symbol = %(new)s where symbol = %(old)s returning data_date
),

replaced as (
    update stock_data_history set symbol = %(new)s where symbol = %(old)s returning id
),

actions as (
    update corporate_action set symbol = %(new)s where symbol = %(old)s returning kind
),

replaced_actions as (
    update corporate_action_history set symbol = %(new)s where symbol = %(old)s returning id
),

checks as (
    update corporate_action_check set symbol = %(new)s where symbol = %(old)s returning kind
),

gaps as (
    update gap set symbol = %(new)s where symbol = %(old)s returning id
),

quarantined as (
    update quarantine
    set symbol = %(new)s, bar = quarantine.bar || jsonb_build_object('symbol', %(new)s::text)
    where symbol = %(old)s
    returning id
),

decisions as (
    update quarantine_decision set symbol = %(new)s where symbol = %(old)s returning id
),

heir as (
    select exists (select from listing where symbol = %(new)s and status = 'Active') as goes_on
),

instruments as (
    update instrument
    set
        symbol = %(new)s,
        state = case when heir.goes_on then 'active' else 'delisted' end,
        delisted_on = case when not heir.goes_on then instrument.delisted_on end,
        expected_through = case
            when heir.goes_on then instrument.expected_through
            else least(
                instrument.expected_through, (select max(data_date) from stock_data where symbol = %(old)s)
            )
        end
    from heir
    where instrument.symbol = %(old)s
    returning instrument.symbol
)

select
    (select count(*)::int from bars) as bars,
    (select count(*)::int from replaced) as replaced_bars,
    (select count(*)::int from actions) as actions,
    (select count(*)::int from quarantined) as quarantined
