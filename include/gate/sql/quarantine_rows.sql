insert into quarantine (pipeline_run_id, symbol, data_date, bar, rules, path)
select %(run)s, refused.symbol, refused.data_date, refused.bar, refused.rules, refused.path
from rows from (
    jsonb_to_recordset(%(rows)s) as (symbol text, data_date date, bar jsonb, rules text [], path text)
) with ordinality as refused (symbol, data_date, bar, rules, path, position)
order by refused.position
