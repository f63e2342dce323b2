-- By its clock, the newest run of a DAG that has ended; null while none has.
select max(clock)
from pipeline_run
where dag_id = %(dag_id)s and ended_at is not null and was_planned
