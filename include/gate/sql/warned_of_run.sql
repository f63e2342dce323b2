select
    symbol,
    warnings,
    reasons[1] as first
from verdict
where pipeline_run_id = %(run)s and accepted and warnings > 0 and approval is null
order by warnings desc, symbol
