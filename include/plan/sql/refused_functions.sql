select function
from entitlement
where fingerprint = %(fingerprint)s and plan = %(plan)s and parameter = '' and refused_at > %(since)s
