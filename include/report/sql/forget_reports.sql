delete from quality_report
where pipeline_run_id not in (
    select pipeline_run_id from quality_report
    order by pipeline_run_id desc
    limit %(kept)s
)
