import type { Database } from '../../system/database.ts'
import { evaluationsTable, frontTable, views } from '../schema.ts'
import { divideGenerations } from './version-3.ts'
import { weighedObjectives } from './weighed-objectives.ts'

/**
 * What is still known of version 2: no front of several objectives, nothing of what attempts used. Such records are read
 * through views that make them look like those of today, and brought up to date when a run goes on.
 */
export const schemaOfVersion2 = `
create table manifest (
  key   text primary key,
  value text not null                    -- JSON
) strict, without rowid;

create table parameter_groups (
  name    text primary key,
  comment text not null
) strict, without rowid;

create table group_parameters (
  name    text not null references parameter_groups,
  key     text not null,
  value   text not null,                 -- JSON
  comment text not null,
  primary key (name, key)
) strict, without rowid;

create table results (
  key   text primary key,
  value text not null                    -- JSON
) strict, without rowid;

create table generations (
  generation  integer primary key,
  individuals integer not null,
  done        integer not null default 0,
  failed      integer not null default 0,
  attempts    integer not null default 0,
  best_score  real,                      -- weighted fitness, larger is better, of what violates no constraint
  best_index  integer,
  best_replicate integer,
  packed      integer not null default 0, -- whether what its individuals printed is in logs/generation-N.zip
  summary     text not null,             -- JSON: what the optimizer says of it to people
  stopped     integer not null default 0,
  last_told   integer                    -- the greatest number of telling among its evaluations
) strict;

create table individuals (
  generation integer not null references generations,
  "index"    integer not null,
  replicate  integer not null,
  seed       integer not null,
  parameters text not null,              -- JSON object
  replaces   integer,                    -- the index of the failed individual whose place it takes
  after      integer not null default 0, -- how many evaluations had been told when it was proposed
  origin     text,                       -- JSON object: the operator that made it, and the names of its parents
  budget     real,                       -- how much of the simulation is wanted
  continues  text,                       -- the name of the individual that it goes on from
  primary key (generation, "index", replicate)
) strict, without rowid;

create table evaluations (
  generation integer not null,
  "index"    integer not null,
  replicate  integer not null,
  outcome    text not null check (outcome in ('done', 'failed', 'stopped')),
  fitness    text,                       -- JSON array
  score      real,                       -- weighted fitness, larger is better; null where nothing weighs it
  outputs    text,                       -- JSON object
  cause      text,                       -- JSON object: kind, message, ...
  told       integer,                    -- how many evaluations the optimizer was told before; null if it is not told this one
  epoch      integer not null default 0,
  attempt    integer not null default 0,
  worker     integer not null default 0,
  milliseconds real,
  printed    text,                       -- JSON: [from, to) of the worker's stdout.txt, then of its stderr.txt
  began      real,                       -- in the runner's time: milliseconds since 1970
  ended      real,
  violation  real,                       -- of all constraints together, 0 if they are kept
  constraints text,                      -- JSON array: an amount of violation each
  samples    text,                       -- JSON array: the fitness of each replicate
  standard_error text,                   -- JSON array: of the mean of the samples, one for each objective
  primary key (generation, "index", replicate)
) strict, without rowid;

create table other_attempts (
  generation   integer not null,
  "index"      integer not null,
  replicate    integer not null,
  epoch        integer not null,
  attempt      integer not null,
  worker       integer not null,
  verdict      text not null,            -- retried, lost, late, late-differs
  fitness      text,                     -- JSON array
  cause        text,                     -- JSON object
  milliseconds real,
  printed      text,                     -- JSON: [from, to) of the worker's stdout.txt, then of its stderr.txt
  began        real,
  ended        real,
  primary key (generation, "index", replicate, epoch, attempt)
) strict, without rowid;

create table reports (
  generation integer not null,
  "index"    integer not null,
  replicate  integer not null,
  attempt    integer not null,
  step       real not null,
  value      real not null
) strict;

create table reused (
  generation integer not null,
  "index"    integer not null,
  replicate  integer not null,
  run        text not null,              -- the directory of the run that had simulated the same
  individual text not null,              -- and under which name: generation.index or generation.index.replicate
  primary key (generation, "index", replicate)
) strict, without rowid;

create table workers (
  worker   integer primary key,
  epoch    integer not null,
  launcher text not null,
  host     text not null default '',
  space    text not null default '',     -- where the pid counts: kernel boot and pid namespace
  pid      integer not null default 0,
  started  text not null default '',
  provenance text not null default '{}', -- JSON: Slurm job and step, CPU
  launched text not null,                -- ISO 8601
  ended    text,
  why      text,
  segment  integer not null default 1,   -- how far its pipe was read
  offset   integer not null default 0
) strict;

create table usage (
  epoch           integer primary key,
  file_operations integer not null,      -- system calls for pipe files and hearts
  node_seconds    real not null,         -- seconds times nodes held
  worker_seconds  real not null,         -- seconds times workers living
  busy_seconds    real not null          -- of them, those in which something was simulated
) strict;

create table checkpoints (
  told  integer primary key,             -- how many evaluations had been told
  asked integer not null,                -- how many individuals had been asked for
  state blob not null                    -- msgpack: where the optimizer stood
) strict;

create view attempts as
  select generation, "index", replicate, epoch, attempt, worker, 'accepted' as verdict, null as fitness, cause,
         milliseconds, printed, began, ended
  from evaluations
  union all
  select generation, "index", replicate, epoch, attempt, worker, verdict, fitness, cause, milliseconds, printed, began, ended
  from other_attempts;

create view evaluated as
  select i.generation, i."index", i.replicate, i.seed, i.parameters, i.replaces, i.after, i.origin, i.budget, i.continues,
         coalesce(e.outcome, 'pending') as outcome, e.fitness, e.score, e.outputs, e.cause, e.told, e.violation,
         e.constraints, e.samples, e.standard_error
  from individuals i left join evaluations e
    on e.generation = i.generation and e."index" = i."index" and e.replicate = i.replicate;
`

const nothingUsed = 'null as cpu_ms, null as peak_memory'

/** The views of a record of version 2, which are the reader's own: the file stays as it is. */
export const viewsOverVersion2 = `
create temp view generations as select *, null as front, null as hypervolume from main.generations;
create temp view manifest as select key, ${weighedObjectives} as value from main.manifest;
create temp view front as select 0 as generation, 0 as "index", '' as fitness, null as violation where 0;
create temp view evaluations as select *, ${nothingUsed} from main.evaluations;
create temp view other_attempts as select *, ${nothingUsed} from main.other_attempts;
create temp view attempts as select *, ${nothingUsed} from main.attempts;
`

/** Brings a record of version 2 up to date, in the transaction that is open. */
export function migrateFromVersion2(database: Database): void {
  const search = database.prepare("select sql from sqlite_master where name = 'search'").pluck().get()
  database.exec(moveRows)
  database.exec(views)
  if (typeof search === 'string') database.exec(search)
}

const columns = `generation, "index", replicate, outcome, fitness, score, outputs, cause, told, epoch, attempt, worker,
  milliseconds, printed, began, ended, violation, constraints, samples, standard_error`

const moveRows = `
drop view if exists search;
drop view evaluated;
drop view attempts;
alter table evaluations rename to evaluations_2;
${evaluationsTable}
insert into evaluations (${columns}) select ${columns} from evaluations_2;
drop table evaluations_2;
alter table other_attempts add column cpu_ms real;
alter table other_attempts add column peak_memory integer;
alter table generations add column front integer;
alter table generations add column hypervolume real;
${frontTable}
update manifest set value = ${weighedObjectives} where key = 'objectives';
${divideGenerations}
`
