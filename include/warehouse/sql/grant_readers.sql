-- Where an administrator has made the role market_reader, it may read everything and change nothing.
do $$
begin
    if exists (select from pg_roles where rolname = 'market_reader') and exists (
        select from pg_class
        where
            relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm')
            and not has_table_privilege('market_reader', oid, 'select')
    ) then
        grant usage on schema public to market_reader;
        grant select on all tables in schema public to market_reader;
    end if;
end
$$
