create table entitlement (
    fingerprint text not null,
    function text not null,
    parameter text not null,
    plan text not null,
    refused_at timestamptz not null,
    primary key (fingerprint, function, parameter)
);
comment on table entitlement is
    'What a key was refused as premium: not asked for again for 30 days, unless the key or the plan of its connection changes.';
comment on column entitlement.fingerprint is 'Which API key, as api_call has it.';
comment on column entitlement.parameter is
    'The value that was refused, such as outputsize=full; empty where it was the function as a whole.';
comment on column entitlement.plan is 'What the connection said of the key: free or premium.';
comment on column entitlement.refused_at is 'By the clock of the run.';
