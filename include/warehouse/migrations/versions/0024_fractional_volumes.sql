-- The type of a column cannot change under a view. Every view that reads the bars, also one that somebody added, is
-- written down with its comments, indexes and grants, dropped, and made again as it was.
create temporary table reading_view on commit drop as
with recursive reader as (
    select reading.oid, 1 as depth
    from pg_depend
    inner join pg_rewrite as rule on rule.oid = pg_depend.objid
    inner join pg_class as reading on reading.oid = rule.ev_class
    where
        pg_depend.classid = 'pg_rewrite'::regclass
        and (pg_depend.refclassid, pg_depend.refobjid) in (
            ('pg_class'::regclass, 'stock_data'::regclass),
            ('pg_class'::regclass, 'stock_data_history'::regclass),
            ('pg_proc'::regclass, 'stock_data_as_of'::regproc)
        )

    union

    select reading.oid, reader.depth + 1
    from reader
    inner join pg_depend on pg_depend.refclassid = 'pg_class'::regclass and pg_depend.refobjid = reader.oid
    inner join pg_rewrite as rule on pg_depend.classid = 'pg_rewrite'::regclass and rule.oid = pg_depend.objid
    inner join pg_class as reading on reading.oid = rule.ev_class
    where reading.oid <> reader.oid
)

select
    view.oid::regclass::text as name,
    max(reader.depth) as depth,
    case view.relkind when 'm' then 'materialized view' else 'view' end as kind,
    coalesce(' with (' || array_to_string(view.reloptions, ', ') || ')', '') as options,
    rtrim(pg_get_viewdef(view.oid), ';') as query,
    view.relkind = 'm' and not view.relispopulated as is_empty,
    array(select pg_get_indexdef(indexrelid) from pg_index where indrelid = view.oid)
    || array(
        select
            format(
                'comment on %s %s%s is %L',
                case when objsubid > 0 then 'column' when view.relkind = 'm' then 'materialized view' else 'view' end,
                view.oid::regclass, coalesce('.' || quote_ident(attname), ''), description
            )
        from pg_description
        left join pg_attribute on attrelid = objoid and attnum = objsubid and objsubid > 0
        where classoid = 'pg_class'::regclass and objoid = view.oid
    )
    || array(
        select
            format(
                'grant %s on %s to %s%s', held.privilege_type, view.oid::regclass,
                coalesce(quote_ident(role.rolname), 'public'),
                case when held.is_grantable then ' with grant option' else '' end
            )
        from aclexplode(view.relacl) as held
        left join pg_roles as role on role.oid = held.grantee
        where held.grantee <> view.relowner
    ) as afterwards
from reader
inner join pg_class as view on view.oid = reader.oid
group by view.oid;

do $$
declare
    reading record;
begin
    for reading in select * from reading_view order by depth desc loop
        execute format('drop %s %s', reading.kind, reading.name);
    end loop;
end
$$;

create temporary table of_function on commit drop as
select
    array[format('comment on function stock_data_as_of is %L', obj_description(function.oid, 'pg_proc'))]
    || case when function.proacl is null then '{}' else array['revoke execute on function stock_data_as_of from public'] end
    || array(
        select
            format(
                'grant execute on function stock_data_as_of to %s%s', coalesce(quote_ident(role.rolname), 'public'),
                case when held.is_grantable then ' with grant option' else '' end
            )
        from aclexplode(function.proacl) as held
        left join pg_roles as role on role.oid = held.grantee
        where held.grantee <> function.proowner
    ) as afterwards
from pg_proc as function
where function.oid = 'stock_data_as_of'::regproc;

drop function stock_data_as_of;

alter table stock_data alter column volume type numeric;
alter table stock_data_history alter column volume type numeric;

create function stock_data_as_of(at timestamptz)
returns table (
    symbol text,
    data_date date,
    open numeric(18, 6),
    high numeric(18, 6),
    low numeric(18, 6),
    close numeric(18, 6),
    volume numeric,
    is_final boolean,
    fetched_at timestamptz
)
language sql
stable
as $$
    select symbol, data_date, open, high, low, close, volume, coalesce(final_from <= at, false), fetched_at
    from stock_data
    where valid_from <= at
    union all
    select symbol, data_date, open, high, low, close, volume, coalesce(final_from <= at, false), fetched_at
    from stock_data_history
    where valid_from <= at and at < valid_to
$$;

do $$
declare
    reading record;
    command text;
begin
    foreach command in array (select afterwards from of_function) loop
        execute command;
    end loop;
    for reading in select * from reading_view order by depth loop
        execute format(
            'create %s %s%s as %s%s', reading.kind, reading.name, reading.options, reading.query,
            case when reading.is_empty then ' with no data' else '' end
        );
        foreach command in array reading.afterwards loop
            execute command;
        end loop;
    end loop;
end
$$;

comment on column stock_data.volume is
    'Shares traded, as traded (not adjusted for splits); with a fraction where the vendor publishes one.';
