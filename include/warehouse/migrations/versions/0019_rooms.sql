comment on column broken_rule.rule is 'The rule, by name: see include/datasets.';
comment on column quarantine.rules is 'Every rule it broke, by name: see include/datasets.';
comment on column dataset.name is
    'As include/datasets has it; it stands for the symbol in request, verdict and quarantine, where no symbol is in lower case.';
comment on column alembic_version.version_num is
    'The newest migration of this schema that was applied: see include/warehouse/migrations/versions.';
