#!/bin/sh
# Roles and databases, as the superuser; may run again, and then sets the passwords to those of the environment.
# The entrypoint of the image runs it once, on an empty volume.
set -eu

export PGPASSWORD="${PGPASSWORD-${POSTGRES_PASSWORD-}}"
# A password is in no line of the server's log.
export PGOPTIONS="-c log_statement=none -c log_min_error_statement=panic -c log_min_duration_statement=-1"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv airflow_password AIRFLOW_DB_PASSWORD
\getenv market_password MARKET_PASSWORD
\getenv reader_password MARKET_READER_PASSWORD

select format('create role %I login', wanted)
from unnest(array['airflow', 'market', 'market_reader']) as wanted
where not exists (select from pg_roles where rolname = wanted) \gexec

alter role airflow password :'airflow_password';
alter role market password :'market_password';
alter role market_reader password :'reader_password';

-- Readers leave most of the server's connections to the pipeline, and give up what takes too long.
alter role market_reader connection limit 40;
alter role market_reader set statement_timeout = '60s';
alter role market_reader set idle_in_transaction_session_timeout = '60s';
alter role market_reader set lock_timeout = '5s';

-- Simulated, replayed and real data never share a warehouse. A server of another encoding would give bytes for text.
select format('create database %I owner %I encoding ''UTF8'' template template0', name, owner)
from (values
    ('airflow', 'airflow'), ('market', 'market'), ('market_sandbox', 'market'), ('market_replay', 'market')
) as wanted (name, owner)
where not exists (select from pg_database where datname = name) \gexec

revoke all on database airflow, market, market_sandbox, market_replay from public;
grant connect on database market, market_sandbox, market_replay to market_reader;

-- Who may only read could fill the disk with large objects.
\connect market
revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
\connect market_sandbox
revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
\connect market_replay
revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
SQL
