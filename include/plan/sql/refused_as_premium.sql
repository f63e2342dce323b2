select refused_at
from entitlement
where
    fingerprint = %(fingerprint)s and plan = %(plan)s and function = %(function)s and parameter = %(parameter)s
    and refused_at > %(since)s
