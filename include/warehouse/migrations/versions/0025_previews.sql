create table decision_preview (
    run_id text primary key,
    action text not null,
    rows bigint [] not null,
    reason text not null,
    results jsonb not null,
    made_at timestamptz not null default now()
);
comment on table decision_preview is 'What decisions about refused rows would do, for those who asked before; kept for a week.';
comment on column decision_preview.run_id is 'The run of the DAG quarantine that found it out.';
comment on column decision_preview.action is 'What would be done: release, discard, choose, undo or replay.';
comment on column decision_preview.rows is 'The ids in quarantine it is about.';
comment on column decision_preview.reason is 'The reason that was given.';
comment on column decision_preview.results is
    'For each symbol or dataset: bars or rows judged, new, changed, unchanged, refused, discarded, and how it would end.';
comment on column decision_preview.made_at is 'When it was found out, by the clock of the database.';
