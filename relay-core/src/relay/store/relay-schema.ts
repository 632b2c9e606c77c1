/**
 * The steps from one version of the schema to the next; the number in the table `schema` counts those done.
 * A released step is never edited.
 */
export const relaySchema: readonly string[] = [
  `create table clients (
     id integer primary key autoincrement,
     name text not null,
     vkey text not null unique,
     key_id text not null unique,
     enabled integer not null default 1,
     created_at_ms integer not null,
     last_seen_ms integer
   ) strict;
   create table tunnels (
     id integer primary key autoincrement,
     client_id integer not null references clients(id) on delete cascade,
     name text not null,
     mode text not null,
     port integer not null unique,
     target text not null,
     enabled integer not null default 1,
     created_at_ms integer not null,
     down_bytes integer not null default 0,
     up_bytes integer not null default 0
   ) strict;
   create table traffic_minutes (
     at_ms integer not null, tunnel_id integer not null, down_bytes integer not null, up_bytes integer not null,
     primary key (at_ms, tunnel_id)
   ) strict, without rowid;
   create table traffic_hours (
     at_ms integer not null, tunnel_id integer not null, down_bytes integer not null, up_bytes integer not null,
     primary key (at_ms, tunnel_id)
   ) strict, without rowid;
   create table invites (
     code_hash text primary key,
     client_id integer not null references clients(id) on delete cascade,
     host text not null,
     expires_at_ms integer not null,
     fetched_at_ms integer
   ) strict;
   create table runs (started_at_ms integer primary key, last_at_ms integer not null) strict;`,
  // every mode: tunnels without a port of their own, TCP and UDP on the same number, settings and limits as JSON
  `alter table clients add column settings text not null default '{}';
   alter table clients add column limits text not null default '{}';
   alter table clients add column down_bytes integer not null default 0;
   alter table clients add column up_bytes integer not null default 0;
   update clients set
     down_bytes = (select coalesce(sum(down_bytes), 0) from tunnels where client_id = clients.id),
     up_bytes = (select coalesce(sum(up_bytes), 0) from tunnels where client_id = clients.id);
   alter table tunnels rename to tunnels_of_version_1;
   create table tunnels (
     id integer primary key autoincrement,
     client_id integer not null references clients(id) on delete cascade,
     name text not null,
     mode text not null,
     port integer,
     target text not null,
     settings text not null default '{}',
     limits text not null default '{}',
     pushed_by text,
     enabled integer not null default 1,
     created_at_ms integer not null,
     down_bytes integer not null default 0,
     up_bytes integer not null default 0
   ) strict;
   insert into tunnels (id, client_id, name, mode, port, target, enabled, created_at_ms, down_bytes, up_bytes)
     select id, client_id, name, mode, port, target, enabled, created_at_ms, down_bytes, up_bytes
     from tunnels_of_version_1;
   delete from sqlite_sequence where name = 'tunnels';
   insert into sqlite_sequence select 'tunnels', seq from sqlite_sequence where name = 'tunnels_of_version_1';
   drop table tunnels_of_version_1;`,
  // clients that agents with the public key make for themselves
  `alter table clients add column temporary_from text;`,
  // where an invite's script was last fetched from, and how often
  `alter table invites add column fetched_from text;
   alter table invites add column fetches integer not null default 0;`,
  // guests: the secret of a line, or the address that may come
  `create table guest_passes (
     id integer primary key autoincrement,
     tunnel_id integer not null references tunnels(id) on delete cascade,
     name text not null,
     secret text unique,
     address text,
     created_at_ms integer not null,
     expires_at_ms integer not null,
     first_used_at_ms integer,
     last_used_at_ms integer,
     last_address text,
     bytes integer not null default 0
   ) strict;`,
  // what was carried in the running month, for quotas that start over with each one
  `alter table clients add column month_start_ms integer not null default 0;
   alter table clients add column month_bytes integer not null default 0;
   alter table tunnels add column month_start_ms integer not null default 0;
   alter table tunnels add column month_bytes integer not null default 0;`,
  // where the relay tells what happens while nobody looks: one address, with its secret
  `create table webhook (
     id integer primary key check (id = 1),
     kind text not null,
     url text not null,
     secret text,
     language text not null,
     set_at_ms integer not null,
     told text not null default '{}'
   ) strict;`,
  // what is told once, by the webhook: the end of a process, or a free GPU
  `create table watches (
     id integer primary key autoincrement,
     client_id integer not null references clients(id) on delete cascade,
     wish text not null,
     expires_at_ms integer not null
   ) strict;`,
]
