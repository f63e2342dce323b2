-- How the run of the DAG quarantine went that a person has asked for, or what it found out where it was asked what it
-- would do; no row until it has begun.
select
    run.state,
    run.message,
    case
        when found.run_id is not null then jsonb_build_object(
            'action', found.action, 'rows', found.rows, 'reason', found.reason, 'results', found.results
        )
    end as preview
from (values (%(run_id)s)) as asked (run_id)
left join pipeline_run as run on run.dag_id = 'quarantine' and run.run_id = asked.run_id
left join decision_preview as found on found.run_id = asked.run_id
where run.run_id is not null or found.run_id is not null
