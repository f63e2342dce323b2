set local timezone to 'UTC';
set local statement_timeout to '60s'
