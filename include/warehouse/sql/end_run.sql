update pipeline_run
set ended_at = clock_timestamp(), state = %(state)s, message = %(message)s
where id = %(id)s
