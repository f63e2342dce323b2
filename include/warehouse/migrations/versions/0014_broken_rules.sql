create table broken_rule (
    pipeline_run_id bigint not null references pipeline_run (id) on delete cascade,
    symbol text not null,
    rule text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    bars integer not null,
    first_session date,
    last_session date,
    told text not null,
    primary key (pipeline_run_id, symbol, rule)
);
create index broken_rule_rule on broken_rule (rule, pipeline_run_id);

comment on table broken_rule is 'Every rule of the gate that a symbol''s batch broke in a run: see docs/gate.md.';
comment on column broken_rule.pipeline_run_id is 'The run that judged it.';
comment on column broken_rule.symbol is 'The symbol, or the name of the dataset, that broke it.';
comment on column broken_rule.rule is 'The rule, by name: see include/expectations.py and include/datasets.py.';
comment on column broken_rule.severity is
    'critical kept the batch out; warning was told and did not; info is for who wants to know. A critical rule that a person overruled is a warning here.';
comment on column broken_rule.bars is 'How many rows broke it; 1 for a rule about the whole symbol.';
comment on column broken_rule.first_session is 'The oldest session, or day, that broke it; null where the row has none.';
comment on column broken_rule.last_session is 'The newest that broke it; null where the row has none.';
comment on column broken_rule.told is 'The newest of them in a sentence, with its values.';

alter table verdict
    add column approval text check (approval in ('approved', 'rejected')),
    add column approval_by text,
    add column approval_at timestamptz;
comment on column verdict.approval is 'What a person said who was asked about its warnings; null where nobody was.';
comment on column verdict.approval_by is 'Who said so.';
comment on column verdict.approval_at is 'When, by the real clock.';
