import { encodeState } from '../../core/state-codec.ts'
import type { Database } from '../../system/database.ts'
import { evaluationsTable, frontTable, numberInOrder, views } from '../schema.ts'
import { divideGenerations } from './version-3.ts'
import { weighedObjectives } from './weighed-objectives.ts'

/**
 * What is still known of version 1: a state for each generation, every attempt in a table of its own, and the order of
 * telling that of the individuals. Such records are read through views that make them look like those of today, and brought
 * up to date when a run goes on.
 */
export const schemaOfVersion1 = `
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
  best_score  real,                      -- weighted fitness, larger is better
  best_index  integer,
  best_replicate integer,
  packed      integer not null default 0, -- whether what its individuals printed is in logs/generation-N.zip
  summary     text not null,             -- JSON: what the optimizer says of it to people
  state       text not null              -- JSON: the optimizer's state, which waits for this generation; long, so it comes last
) strict;

create table individuals (
  generation integer not null references generations,
  "index"    integer not null,
  replicate  integer not null,
  seed       integer not null,
  parameters text not null,              -- JSON object
  replaces   integer,                    -- the index of the failed individual whose place it takes
  primary key (generation, "index", replicate)
) strict, without rowid;

create table evaluations (
  generation integer not null,
  "index"    integer not null,
  replicate  integer not null,
  outcome    text not null check (outcome in ('done', 'failed')),
  fitness    text,                       -- JSON array
  score      real,                       -- weighted fitness, larger is better
  outputs    text,                       -- JSON object
  cause      text,                       -- JSON object: kind, message, ...
  primary key (generation, "index", replicate)
) strict, without rowid;

create table attempts (
  generation   integer not null,
  "index"      integer not null,
  replicate    integer not null,
  epoch        integer not null,
  attempt      integer not null,
  worker       integer not null,
  verdict      text not null,            -- accepted, retried, lost, late, late-differs
  fitness      text,                     -- of attempts that were not accepted
  cause        text,                     -- JSON object
  milliseconds real,
  printed      text,                     -- JSON: [from, to) of the worker's stdout.txt, then of its stderr.txt
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

create view evaluated as
  select i.generation, i."index", i.replicate, i.seed, i.parameters, i.replaces,
         coalesce(e.outcome, 'pending') as outcome, e.fitness, e.score, e.outputs, e.cause
  from individuals i left join evaluations e
    on e.generation = i.generation and e."index" = i."index" and e.replicate = i.replicate;
`

const accepted = `main.attempts a on a.generation = e.generation and a."index" = e."index" and a.replicate = e.replicate
    and a.verdict = 'accepted'`

const nothingOfAttempts = 'null as began, null as ended, null as cpu_ms, null as peak_memory'
const nothingNew = 'null as violation, null as constraints, null as samples, null as standard_error'

/** The views of a record of version 1, which are the reader's own: the file stays as it is. */
export const viewsOverVersion1 = `
create temp view generations as
  select generation, individuals, done, failed, attempts, best_score, best_index, best_replicate, packed, summary,
         0 as stopped, null as last_told, null as front, null as hypervolume
  from main.generations;
create temp view manifest as select key, ${weighedObjectives} as value from main.manifest;
create temp view front as select 0 as generation, 0 as "index", '' as fitness, null as violation where 0;
create temp view individuals as
  select *, 0 as after, null as origin, null as budget, null as continues from main.individuals;
create temp view evaluations as
  select e.*, null as told, coalesce(a.epoch, 0) as epoch, coalesce(a.attempt, 0) as attempt, coalesce(a.worker, 0) as worker,
         a.milliseconds, a.printed, ${nothingOfAttempts}, ${nothingNew}
  from main.evaluations e left join ${accepted};
create temp view other_attempts as
  select *, ${nothingOfAttempts} from main.attempts where verdict <> 'accepted';
create temp view attempts as select *, ${nothingOfAttempts} from main.attempts;
create temp view checkpoints as select 0 as told, 0 as asked, x'' as state where 0;
create temp view evaluated as
  select i.*, 0 as after, null as origin, null as budget, null as continues, coalesce(e.outcome, 'pending') as outcome,
         e.fitness, e.score, e.outputs, e.cause, null as told, ${nothingNew}
  from main.individuals i left join main.evaluations e
    on e.generation = i.generation and e."index" = i."index" and e.replicate = i.replicate;
`

/**
 * Brings a record of version 1 up to date, in the transaction that is open. The newest states become checkpoints whose
 * value says where they come from: `{ version: 1, state }`.
 */
export function migrateFromVersion1(database: Database, checkpoints = 2): void {
  const search = database.prepare("select sql from sqlite_master where name = 'search'").pluck().get()
  const states = database
    .prepare('select generation, state from generations order by generation desc limit ?')
    .all(checkpoints) as StateOfGeneration[]
  database.exec(moveRows)
  database.exec(views)
  if (typeof search === 'string') database.exec(search)
  database.exec(numberInOrder('individuals'))
  for (const state of states) addCheckpoint(database, state)
}

interface StateOfGeneration {
  readonly generation: number
  /** JSON */
  readonly state: string
}

/** What a recovery writes in place of a state that cannot be read. */
export const lostState = 'null'

function addCheckpoint(database: Database, { generation, state }: StateOfGeneration): void {
  if (state === lostState) return
  // The generations count also individuals that a recovery has not found yet.
  const [told, asked] = database
    .prepare(
      `select coalesce(sum(individuals - standIns) filter (where generation < ?), 0), sum(individuals - standIns)
       from (select generation, individuals, (select count(*) from individuals i
               where i.generation = g.generation and i.replaces is not null) as standIns from generations g)
       where generation <= ?`,
    )
    .raw()
    .get(generation, generation) as [number, number]
  const value = { version: 1, state: JSON.parse(state) as unknown }
  database.prepare('insert or replace into checkpoints values (?, ?, ?)').run(told, asked, encodeState(value))
}

const moveRows = `
drop view if exists search;
drop view evaluated;
alter table evaluations rename to evaluations_1;
${evaluationsTable}
insert into evaluations (generation, "index", replicate, outcome, fitness, score, outputs, cause,
                         epoch, attempt, worker, milliseconds, printed)
  select e.*, coalesce(a.epoch, 0), coalesce(a.attempt, 0), coalesce(a.worker, 0), a.milliseconds, a.printed
  from evaluations_1 e left join ${accepted};
drop table evaluations_1;
alter table attempts rename to other_attempts;
delete from other_attempts where verdict = 'accepted' and exists (
  select 1 from evaluations e
  where e.generation = other_attempts.generation and e."index" = other_attempts."index" and e.replicate = other_attempts.replicate);
update other_attempts set verdict = 'lost' where verdict = 'accepted'; -- of an evaluation that a recovery has lost
alter table other_attempts add column began real;
alter table other_attempts add column ended real;
alter table other_attempts add column cpu_ms real;
alter table other_attempts add column peak_memory integer;
alter table generations drop column state;
alter table generations add column stopped integer not null default 0;
alter table generations add column last_told integer;
alter table generations add column front integer;
alter table generations add column hypervolume real;
${frontTable}
update manifest set value = ${weighedObjectives} where key = 'objectives';
alter table individuals add column after integer not null default 0;
alter table individuals add column origin text;
alter table individuals add column budget real;
alter table individuals add column continues text;
update individuals set after = before.count from (
  select g.generation, (select count(*) from individuals i where i.generation < g.generation and i.replaces is null) as count
  from generations g) before
where before.generation = individuals.generation;
create table checkpoints (
  told  integer primary key,
  asked integer not null,
  state blob not null
) strict;
${divideGenerations}
`
