-- Of itself a subject's own refusal is believed; of others it is once two subjects were refused.
select refused_at, believed_until
from entitlement
where
    fingerprint = %(fingerprint)s and plan = %(plan)s and function = %(function)s and parameter = %(parameter)s
    and believed_until > %(now)s
    and (cardinality(subjects) > 1 or %(subject)s::text = any(subjects))
