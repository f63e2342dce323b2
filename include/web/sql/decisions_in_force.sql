-- The newest decisions that hold, each by the row it was taken on.
select
    quarantine_id as id,
    symbol,
    data_date,
    decision,
    decided_by,
    reason,
    decided_at
from standing_decision
where quarantine_id is not null
order by standing_decision.id desc
limit %(limit)s
