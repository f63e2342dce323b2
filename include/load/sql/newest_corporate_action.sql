select fetched_at from corporate_action_check where symbol = %(of)s and kind = %(kind)s
