-- A request whose body is removed goes on saying where it was, and why it is not there any more.
update request
set
    path = null,
    reason = concat_ws(' ', reason, 'Its body was removed on ' || %(day)s::date || ' by retention: ' || path)
where substring(path from '[^/]+(?:/[^/]+){4}$') = any(%(keys)s::text [])
