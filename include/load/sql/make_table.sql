create table {table} (
    {typed},
    fetched_at timestamptz not null,
    valid_from timestamptz not null,
    primary key ({key})
)
