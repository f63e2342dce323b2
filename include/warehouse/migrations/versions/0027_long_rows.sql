-- A row of long texts, and a list of a thousand symbols that would be withdrawn, is longer than a B-tree can hold.
drop index quarantine_decision_by_row;
create index quarantine_decision_by_row on quarantine_decision using hash (row);

-- So many digits are more than a numeric has; one such row must not keep all others from being shown.
create or replace function plain_number(text) returns numeric
language sql immutable parallel safe
return case when length($1) <= 1000 and $1 ~ '^-?[0-9]+(\.[0-9]+)?$' then $1::numeric end;

create or replace function row_identity(bar jsonb) returns jsonb
language sql immutable parallel safe
return (
    select
        coalesce(
            jsonb_object_agg(
                cell.key,
                case
                    when length(cell.value) <= 1000 and cell.value ~ '^-?[0-9]+(\.[0-9]+)?$'
                        then trim_scale(cell.value::numeric)::text
                    else cell.value
                end
            ),
            '{}'
        )
    from jsonb_each_text(bar) as cell
    where cell.key not in ('symbol', 'is_final', 'fetched_at', 'origin')
);
