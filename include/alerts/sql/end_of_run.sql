-- What the audit says of a run that was planned and has ended.
select coalesce(message, '')
from pipeline_run
where dag_id = %(dag_id)s and run_id = %(run_id)s and ended_at is not null and was_planned
