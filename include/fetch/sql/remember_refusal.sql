insert into entitlement (fingerprint, function, parameter, plan, refused_at)
values (%(fingerprint)s, %(function)s, %(parameter)s, %(plan)s, %(now)s)
on conflict (fingerprint, function, parameter) do update
    set plan = excluded.plan, refused_at = excluded.refused_at
