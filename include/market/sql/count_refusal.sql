-- A run counts once, however often it asks.
update instrument
set
    refused_times = refused_times + (refused_in is distinct from %(run)s)::int,
    refused_at = %(now)s,
    refused_in = %(run)s,
    state = case
        when state = 'active' and refused_times + (refused_in is distinct from %(run)s)::int >= %(most)s
            then 'suspect'
        else state
    end
where symbol = %(symbol)s
returning refused_times, state
