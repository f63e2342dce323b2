update instrument
set
    refused_times = 0,
    refused_at = null,
    refused_in = null,
    state = case when state = 'suspect' then 'active' else state end
where symbol = %(symbol)s and (refused_times > 0 or state = 'suspect')
