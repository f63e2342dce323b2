select
    pipeline_run.run_id,
    quality_report.html
from quality_report
inner join pipeline_run on pipeline_run.id = quality_report.pipeline_run_id
where quality_report.pipeline_run_id = %(run)s
