-- The same values, now final: their validity goes on.
update stock_data as held
set is_final = true, final_from = greatest(%(now)s, held.valid_from)
from row_step as finished
where held.id = finished.held_id and finished.step = 'finished'
