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
from quarantined_bar as quarantined
left join standing_decision as standing
    on
        standing.symbol = quarantined.symbol and standing.data_date = quarantined.data_date
        and (standing.open, standing.high, standing.low, standing.close, standing.volume)
        is not distinct from
        (quarantined.open, quarantined.high, quarantined.low, quarantined.close, quarantined.volume)
where quarantined.id = any(%(ids)s)
order by quarantined.id
