select greatest(reltuples, 0) from pg_class where oid = 'stock_data'::regclass
