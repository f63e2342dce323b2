create table load_lock (held_while text primary key);
insert into load_lock values ('a load is written');
comment on table load_lock is
    'Locked by a load to the end of its transaction; only who may write here can take the lock.';
comment on column load_lock.held_while is 'What goes on meanwhile; the one row says it, and nobody changes it.';

create table alert_lock (held_while text primary key);
insert into alert_lock values ('alerts are compared with those sent, and mailed');
comment on table alert_lock is
    'Locked while alerts are sent, so that each is sent once; only who may write here can take the lock.';
comment on column alert_lock.held_while is 'What goes on meanwhile; the one row says it, and nobody changes it.';
