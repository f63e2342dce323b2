create table alert (
    id bigint generated always as identity primary key,
    symbol text not null,
    cause text not null,
    message text not null,
    told_at timestamptz not null,
    over_at timestamptz
);
create unique index alert_open on alert (symbol, cause) where over_at is null;
comment on table alert is 'What was told by mail: once for a symbol and a cause, until it is over.';
comment on column alert.id is 'In the order in which they were told.';
comment on column alert.symbol is 'The symbol it is about; empty where it is about runs as a whole.';
comment on column alert.cause is 'Why, in a few words that stay the same while it lasts.';
comment on column alert.message is 'What the mail said of it.';
comment on column alert.told_at is 'When the mail server took the mail, by the real clock.';
comment on column alert.over_at is 'When its end was told, by the real clock; null while it lasts.';
