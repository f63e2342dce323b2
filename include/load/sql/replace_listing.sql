-- The lists that came, in the place of those before.
with replaced as (
    delete from listing
    where status = any(%(kinds)s)
)

insert into listing (symbol, name, exchange, asset_type, ipo_date, delisting_date, status)
select symbol, name, exchange, asset_type, ipo_date, delisting_date, status
from staged_row
