-- Rows of the same values are one decision.
insert into quarantine_decision (
    symbol, data_date, open, high, low, close, volume, decision, decided_by, reason, decided_at,
    pipeline_run_id, quarantine_id
)
select distinct on (symbol, data_date, open, high, low, close, volume)
    symbol, data_date, open, high, low, close, volume, %(decision)s, %(who)s, %(why)s, %(now)s, %(run)s, id
from quarantined_bar
where id = any(%(ids)s)
order by symbol, data_date, open, high, low, close, volume, id
