-- Why a dataset cannot be had as it is declared, in the words of the table dataset; no row where it can.
select 'other' as why, function || ' ' || parameters || ' into ' || table_name || ' by ' || array_to_string(key_columns, ', ')
from dataset
where
    name = %(name)s
    and (function, parameters, table_name, key_columns)
    is distinct from (%(function)s, %(parameters)s, %(table)s, %(key)s)
union all
select 'key', array_to_string(key_columns, ', ')
from dataset
where table_name = %(table)s and key_columns <> %(key)s
union all
select 'taken', %(table)s
where
    to_regclass('public.' || quote_ident(%(table)s)) is not null
    and not exists (select from dataset where table_name = %(table)s)
limit 1
