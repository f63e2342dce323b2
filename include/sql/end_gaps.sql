update gap
set valid_to = greatest(%(now)s, gap.valid_from)
where
    gap.valid_to is null
    and not exists (
        select from missing_session as missing
        where missing.symbol = gap.symbol and missing.session = gap.session and missing.cause = gap.cause
    )
