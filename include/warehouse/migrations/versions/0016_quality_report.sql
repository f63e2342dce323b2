create table quality_report (
    pipeline_run_id bigint primary key references pipeline_run (id) on delete cascade,
    html text not null
);
comment on table quality_report is 'What people read of a run''s judgement, as Market data shows it; the newest runs keep theirs.';
comment on column quality_report.pipeline_run_id is 'The run that judged.';
comment on column quality_report.html is 'The report, as the inner part of a page. Names and values in it are text.';
