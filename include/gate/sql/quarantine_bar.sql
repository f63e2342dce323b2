insert into quarantine (pipeline_run_id, symbol, data_date, bar, rules, path)
values (%(run)s, %(symbol)s, %(data_date)s, %(bar)s, %(rules)s, %(path)s)
