select fetched_at from listing_check where status = %(kind)s
