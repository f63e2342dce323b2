-- What a key was refused under another plan of its connection: the plan may change back.
delete from entitlement where fingerprint = %(fingerprint)s and plan <> %(plan)s
