select symbol, name, exchange, ipo_date from listing where status = 'Active' order by symbol
