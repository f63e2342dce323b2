-- Unless it was started again meanwhile.
update pipeline_run
set ended_at = clock_timestamp(), state = 'failed', message = %(message)s
where id = %(id)s and state = 'running' and started_at = %(started_at)s
returning id
