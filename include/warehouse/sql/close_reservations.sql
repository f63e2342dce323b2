-- A call takes minutes at the most: what has no outcome an hour later was cut off. It stays counted as a call.
update api_call
set outcome = 'Interrupted'
where outcome is null and reserved_at < clock_timestamp() - interval '1 hour'
