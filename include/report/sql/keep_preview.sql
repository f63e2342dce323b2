with too_old as (
    delete from decision_preview where made_at < now() - interval '7 days'
)

insert into decision_preview (run_id, action, rows, reason, results)
values (%(run_id)s, %(action)s, %(rows)s, %(reason)s, %(results)s)
on conflict (run_id) do update
    set results = excluded.results, made_at = now()
