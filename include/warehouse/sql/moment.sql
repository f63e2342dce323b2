select coalesce(
    (
        select newest.clock
        from (select clock, simulated from pipeline_run order by id desc limit 1) as newest
        where newest.simulated
    ),
    %(now)s
)
