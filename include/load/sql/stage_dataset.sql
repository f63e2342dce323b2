-- The columns of the body, each of the type the table has.
create temporary table staged_row on commit drop as
select {columns} from {table}
with no data
