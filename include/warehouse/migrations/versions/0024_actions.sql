alter table request add column answered_at timestamptz;
comment on column request.answered_at is
    'When the API last answered the run itself, by the database''s clock; null where it was not asked or gave no answer.';
comment on column request.outcome is
    'fetched: the run fetched it, also where it used it again; reused: a response of another run is used; complete, left out: not asked, as nothing is due or would come; deferred: not asked for lack of a call; failed.';

alter table pipeline_run add column was_planned boolean not null default true;
comment on column pipeline_run.was_planned is
    'False: its first task failed, so nothing was asked and no other task has anything to do.';
