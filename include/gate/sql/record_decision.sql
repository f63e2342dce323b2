-- Rows of the same values are one decision.
insert into quarantine_decision (
    symbol, data_date, open, high, low, close, volume, decision, decided_by, reason, decided_at,
    pipeline_run_id, quarantine_id, row
)
select distinct on (symbol, row)
    symbol, data_date, plain_number(bar ->> 'open'), plain_number(bar ->> 'high'), plain_number(bar ->> 'low'),
    plain_number(bar ->> 'close'), plain_number(bar ->> 'volume'),
    %(decision)s, %(who)s, %(why)s, %(now)s, %(run)s, id, row
from quarantined_row
where id = any(%(ids)s)
order by symbol, row, id
