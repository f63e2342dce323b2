-- The columns that came, each of the type the table has, and whose row each is.
create temporary table staged_row on commit drop as
select
    {columns},
    null::text as of_subject
from {table}
with no data
