-- The ledger of calls to the API: one row for each, written before the call is made, so that every process and
-- every host that shares a key or an address shares its limits. May be run again.

create table if not exists api_call (
    id bigint generated always as identity primary key,
    fingerprint text not null,
    host_group text not null,
    function text not null,
    symbol text,
    reserved_at timestamptz not null,
    outcome text,
    bytes integer,
    duration_ms integer
);
create index if not exists api_call_by_key on api_call (fingerprint, reserved_at desc);
create index if not exists api_call_by_host on api_call (host_group, reserved_at desc);

comment on table api_call is 'Calls to the API, reserved before they are made. A crash in between counts as a call.';
comment on column api_call.fingerprint is 'Which API key, as the first 12 digits of its SHA-256.';
comment on column api_call.host_group is 'Which address the vendor sees: bursts are shared by all keys on it.';
comment on column api_call.reserved_at is 'When the call may be made; it may lie seconds ahead.';
comment on column api_call.outcome is 'data, or the class of the error; null while under way, or after a crash.';

create table if not exists api_call_lock (held_while text primary key);
insert into api_call_lock values ('a call is reserved') on conflict do nothing;
comment on table api_call_lock is
    'Locked while a call is reserved; only who may write here can take the lock.';
comment on column api_call_lock.held_while is 'What goes on meanwhile; the one row says it, and nobody changes it.';

create table if not exists api_pause (fingerprint text primary key, until timestamptz not null);
comment on table api_pause is 'Keys that ask too often, as the vendor says, and until when none of their calls is made.';
comment on column api_pause.fingerprint is 'Which API key, as in api_call.';
comment on column api_pause.until is 'No call is reserved for an earlier moment.';

create or replace function reserve_api_call(
    in for_key text,
    in from_host text,
    in for_function text,
    in for_symbol text,
    in spacing interval,
    in per_minute integer,
    in per_day integer,
    in patience interval,
    in at timestamptz,
    out call_id bigint,
    out possible_at timestamptz,
    out wait interval
)
language plpgsql
as $$
declare
    asked_at timestamptz;
begin
    -- A table, so that a role that may only read cannot keep anybody waiting; and not for ever.
    perform set_config('lock_timeout', '30s', true);
    lock table api_call_lock in exclusive mode;
    -- After the lock: the time at which the transaction began may lie before the last reservation.
    asked_at := coalesce(at, clock_timestamp());
    possible_at := greatest(
        asked_at,
        (select max(c.reserved_at) + spacing from api_call as c where c.host_group = from_host),
        (select p.until from api_pause as p where p.fingerprint = for_key)
    );
    -- The n-th newest call has to be out of the window before another is made.
    if per_minute is not null then
        possible_at := greatest(possible_at, (
            select c.reserved_at + interval '1 minute' from api_call as c where c.fingerprint = for_key
            order by c.reserved_at desc offset per_minute - 1 limit 1
        ));
    end if;
    if per_day is not null then
        possible_at := greatest(possible_at, (
            select c.reserved_at + interval '24 hours' from api_call as c where c.fingerprint = for_key
            order by c.reserved_at desc offset per_day - 1 limit 1
        ));
    end if;
    wait := possible_at - asked_at;
    if wait <= patience then
        insert into api_call (fingerprint, host_group, function, symbol, reserved_at)
        values (for_key, from_host, for_function, for_symbol, possible_at)
        returning id into call_id;
    end if;
end
$$;

-- Several calls at once, each in its turn; one row without an id where not even one has a turn soon enough.
create or replace function reserve_api_calls(
    in how_many integer,
    in for_key text,
    in from_host text,
    in for_function text,
    in for_symbol text,
    in spacing interval,
    in per_minute integer,
    in per_day integer,
    in patience interval,
    in at timestamptz
)
returns table (call_id bigint, possible_at timestamptz, wait interval)
language plpgsql
as $$
begin
    for place in 1 .. how_many loop
        select * into call_id, possible_at, wait
        from reserve_api_call(
            for_key, from_host, for_function, for_symbol, spacing, per_minute, per_day, patience, at
        );
        if call_id is not null or place = 1 then
            return next;
        end if;
        exit when call_id is null;
    end loop;
end
$$;
