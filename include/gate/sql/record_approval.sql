update verdict
set
    approval = %(decision)s, approval_by = %(who)s, approval_at = clock_timestamp(),
    accepted = %(decision)s = 'approved'
where pipeline_run_id = %(run)s and accepted and warnings > 0 and approval is null
returning symbol
