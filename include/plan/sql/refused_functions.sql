select function, believed_until
from entitlement
where
    fingerprint = %(fingerprint)s and plan = %(plan)s and parameter = '' and believed_until > %(now)s
    and cardinality(subjects) > 1
