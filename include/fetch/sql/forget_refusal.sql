-- A success: neither this parameter nor the function as a whole is refused any more.
delete from entitlement
where fingerprint = %(fingerprint)s and function = %(function)s and parameter in ('', %(parameter)s)
