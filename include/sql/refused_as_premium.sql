-- What a key was refused under another plan of its connection is forgotten: the plan may change back.
with forgotten as (
    delete from entitlement where fingerprint = %(fingerprint)s and plan <> %(plan)s
)

select refused_at
from entitlement
where
    fingerprint = %(fingerprint)s and plan = %(plan)s and function = %(function)s and parameter = %(parameter)s
    and refused_at > %(since)s
