-- A dataset of a symbol under another name, with what was replaced and refused; its rows are in a table of their own.
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
)

update quarantine set symbol = %(new)s where symbol = %(old)s
