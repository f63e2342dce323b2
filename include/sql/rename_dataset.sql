-- A dataset of a symbol under another name: what was asked, replaced and judged, all but its rows.
with named as (
    update dataset
    set name = %(new)s, parameters = parameters || jsonb_build_object('symbol', %(symbol)s::text)
    where name = %(old)s
    returning name
),

replaced as (
    update dataset_history
    set dataset = %(new)s, key = dataset_history.key || jsonb_build_object('symbol', %(symbol)s::text)
    where dataset = %(old)s
    returning id
),

requests as (
    update request set symbol = %(new)s where symbol = %(old)s returning id
),

verdicts as (
    update verdict set symbol = %(new)s where symbol = %(old)s returning pipeline_run_id
),

broken as (
    update broken_rule set symbol = %(new)s where symbol = %(old)s returning pipeline_run_id
),

quarantined as (
    update quarantine set symbol = %(new)s where symbol = %(old)s returning id
)

update pipeline_run
set symbols = array_replace(symbols, %(old)s, %(new)s)
where %(old)s = any(symbols)
