insert into dataset (name, function, parameters, table_name, key_columns)
values (%(name)s, %(function)s, %(parameters)s, %(table)s, %(key)s)
on conflict (name) do nothing
