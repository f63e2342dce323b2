select attname, format_type(atttypid, atttypmod)
from pg_attribute
where attrelid = to_regclass('public.' || quote_ident(%(table)s)) and attnum > 0 and not attisdropped
