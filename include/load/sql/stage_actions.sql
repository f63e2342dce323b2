create temporary table staged_action (
    symbol text not null,
    kind text not null,
    effective_date date not null,
    value numeric not null,
    session_before date not null,
    declaration_date date,
    record_date date,
    payment_date date
) on commit drop
