alter table request drop constraint request_outcome_check;
alter table request add constraint request_outcome_check
    check (outcome in ('fetched', 'reused', 'complete', 'deferred', 'failed'));
comment on column request.outcome is
    'fetched: asked for, with a body. reused: a body of an earlier run. complete: nothing was due, nothing was asked. deferred: its turn comes later. failed: see reason.';
