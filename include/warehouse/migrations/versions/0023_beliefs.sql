alter table entitlement
    add column subjects text [] not null default '{}',
    add column refused_times integer not null default 1,
    add column believed_until timestamptz;
comment on table entitlement is
    'What a key was refused as premium. Believed of others once two subjects were refused it, for an hour, then a day, then a week; forgotten at the first success, or when the key or the plan of its connection changes.';
comment on column entitlement.subjects is
    'For which symbols, or other subjects, it was refused: the first two. It is believed of others once there are two.';
comment on column entitlement.refused_times is
    'How often it was refused when asked anew; not counted is what came while it was believed.';
comment on column entitlement.believed_until is
    'Until then it is not asked for, by the clock of the run; null where it was refused before this was recorded.';
