select
    quarantined.id,
    quarantined.symbol,
    quarantined.data_date,
    quarantined.rules,
    standing.decision,
    standing.decided_by,
    standing.reason,
    standing.decided_at,
    standing.pipeline_run_id
from quarantined_row as quarantined
left join standing_decision as standing
    on standing.symbol = quarantined.symbol and standing.row = quarantined.row
where quarantined.id = any(%(ids)s)
order by quarantined.id
