-- What runs recorded of a symbol, or of a dataset, under another name.
with requests as (
    update request set symbol = %(new)s where symbol = %(old)s returning id
),

verdicts as (
    update verdict set symbol = %(new)s where symbol = %(old)s returning pipeline_run_id
),

broken as (
    update broken_rule set symbol = %(new)s where symbol = %(old)s returning pipeline_run_id
)

update pipeline_run
set symbols = array_replace(symbols, %(old)s, %(new)s)
where %(old)s = any(symbols)
