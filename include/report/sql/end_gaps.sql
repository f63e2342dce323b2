-- A run whose clock is earlier than a gap, one of the past that is run again, does not speak of it.
update gap
set valid_to = greatest(%(now)s, gap.valid_from)
where
    gap.valid_to is null
    and gap.valid_from <= %(now)s
    and not exists (
        select from missing_session as missing
        where missing.symbol = gap.symbol and missing.session = gap.session and missing.cause = gap.cause
    )
