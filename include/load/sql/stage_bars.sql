create temporary table staged_bar (
    symbol text not null,
    data_date date not null,
    open numeric(18, 6) not null,
    high numeric(18, 6) not null,
    low numeric(18, 6) not null,
    close numeric(18, 6) not null,
    volume bigint not null,
    is_final boolean not null,
    fetched_at timestamptz not null
) on commit drop
