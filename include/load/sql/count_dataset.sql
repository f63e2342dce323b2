-- What the staged rows will do, told before they do it. An older body replaces nothing. A load that is tried
-- again, because nobody heard that it was done, adds to what it did before.
update verdict
set (new_bars, changed_bars, unchanged_bars, first_session, last_session) = (
    select
        coalesce(verdict.new_bars, 0) + count(*) filter (where counted.is_new),
        coalesce(verdict.changed_bars, 0) + count(*) filter (where counted.is_changed),
        count(*) filter (where not counted.is_new and not counted.is_changed)
        - coalesce(verdict.new_bars, 0) - coalesce(verdict.changed_bars, 0),
        %(first)s::date,
        %(last)s::date
    from (
        select
            held.fetched_at is null as is_new,
            held.fetched_at <= %(fetched_at)s and not to_jsonb(held) @> to_jsonb(staged) as is_changed
        from staged_row as staged
        left join {table} as held using ({key})
    ) as counted
)
where pipeline_run_id = %(run)s and symbol = %(name)s
returning new_bars, changed_bars, unchanged_bars
