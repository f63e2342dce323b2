insert into quality_report (pipeline_run_id, html)
values (%(run)s, %(html)s)
on conflict (pipeline_run_id) do update set html = excluded.html
