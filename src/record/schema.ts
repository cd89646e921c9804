/** The version of the schema below; `pragma user_version` of a file says which one it has. */
export const schemaVersion = 4

/**
 * What came of each individual, with the attempt that decided it: an individual that succeeds at once is one row here and
 * none in `other_attempts`. Outcomes are compared one by one: SQLite builds a set anew for each row that is checked with `in`.
 */
export const evaluationsTable = `
create table evaluations (
  generation integer not null,
  "index"    integer not null,
  replicate  integer not null,
  outcome    text not null check (outcome = 'done' or outcome = 'failed' or outcome = 'stopped'),
  fitness    text,                       -- JSON array
  score      real,                       -- weighted fitness, larger is better; null where nothing weighs it, and of less than the whole budget
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
  cpu_ms     real,                       -- CPU time of processes that the attempt started
  peak_memory integer,                   -- the most memory that one of them was seen to hold, in bytes
  violation  real,                       -- of all constraints together, 0 if they are kept
  constraints text,                      -- JSON array: an amount of violation each
  samples    text,                       -- JSON array: the fitness of each replicate
  standard_error text,                   -- JSON array: of the mean of the samples, one for each objective
  primary key (generation, "index", replicate)
) strict, without rowid;`

/**
 * What simulations have left for others to go on from, in `checkpoints/INDIVIDUAL/EPOCH.ATTEMPT` of the run directory. It is
 * there in the record of a problem with a budget only.
 */
export const leftCheckpointsTable = `
create table if not exists left_checkpoints (
  generation integer not null,
  "index"    integer not null,
  replicate  integer not null,
  hash       text not null,              -- SHA-256 of the names and contents of its files
  bytes      integer not null,
  removed    integer not null default 0, -- whether it was of no use any more
  primary key (generation, "index", replicate)
) strict, without rowid;`

export const frontTable = `
create table front (                     -- what no other individual of the generations dominates that have a front
  generation integer not null,
  "index"    integer not null,
  fitness    text not null,              -- JSON array
  violation  real,
  primary key (generation, "index")
) strict, without rowid;`

/**
 * How far reports had been heard by the optimizer when it had been told so many evaluations, before it was told the next. It
 * is there in the record of a search that is told as results come, by an optimizer that hears reports, only.
 */
export const heardReportsTable = `
create table if not exists heard_reports (
  told   integer primary key,
  report integer not null                -- the rowid of the newest
) strict;`

/**
 * What few generations have, beside `generation_counts`: a search in generations of one individual has a row there for each,
 * which with all columns was a sixth of its record. The last of all tables, as it is in a record that was of an earlier version:
 * of one whose first page is lost, a table is looked for at the page where it begins in a new one.
 */
export const generationNotesTable = `
create table generation_notes (
  generation  integer primary key,
  summary     text,                      -- JSON: what the optimizer says of it to people, null where it has said so shortly before
  packed      integer not null default 0, -- whether what its individuals printed is in logs/generation-N.zip
  best_score  real,                      -- of its best individual, where that is simulated several times
  front       integer,                   -- of several objectives without weights: how many individuals up to here no other dominates; null as long as some are to do
  hypervolume real                       -- between them and the reference of the manifest
) strict;`

/** The generations with all that is known of them; a column that is not asked for costs nothing. */
export const generationsView = `
create view generations as
  select generation, individuals, done, failed, stopped,
         done + failed + stopped
           + (select count(*) from other_attempts o where o.generation = c.generation) as attempts,
         coalesce(
           (select best_score from generation_notes n where n.generation = c.generation),
           (select score from evaluations e
            where e.generation = c.generation and e."index" = c.best_index and e.replicate = c.best_replicate)) as best_score,
         best_index, best_replicate,
         coalesce((select packed from generation_notes n where n.generation = c.generation), 0) as packed,
         coalesce((select summary from generation_notes n where n.generation = c.generation), '{}') as summary,
         last_told,
         (select front from generation_notes n where n.generation = c.generation) as front,
         (select hypervolume from generation_notes n where n.generation = c.generation) as hypervolume
  from generation_counts c;`

/** Everything that was evaluated or tried, side by side. */
export const views = `
create view attempts as
  select generation, "index", replicate, epoch, attempt, worker, 'accepted' as verdict, null as fitness, cause,
         milliseconds, printed, began, ended, cpu_ms, peak_memory
  from evaluations
  union all
  select generation, "index", replicate, epoch, attempt, worker, verdict, fitness, cause, milliseconds, printed, began, ended,
         cpu_ms, peak_memory
  from other_attempts;

create view evaluated as
  select i.generation, i."index", i.replicate, i.seed, i.parameters, i.replaces, i.after, i.origin, i.budget, i.continues,
         coalesce(e.outcome, 'pending') as outcome, e.fitness, e.score, e.outputs, e.cause, e.told, e.violation,
         e.constraints, e.samples, e.standard_error
  from individuals i left join evaluations e
    on e.generation = i.generation and e."index" = i."index" and e.replicate = i.replicate;`

/**
 * The tables of `trajectory.sqlite`. Parameters, fitness, outputs and causes are JSON text, so that plain SQL reads them;
 * numbers that JSON lacks stand there as "NaN", "Infinity" and "-Infinity".
 *
 * Reports have no index by individual: each would take two thirds more room and half more time to write, and the reports of one
 * individual are asked for by people only, who wait 34 ms for a million.
 */
export const schema = `
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

create table generation_counts (
  generation  integer primary key,
  individuals integer not null,
  done        integer not null default 0,
  failed      integer not null default 0,
  stopped     integer not null default 0,
  best_index  integer,                   -- of what violates no constraint
  best_replicate integer,
  last_told   integer                    -- the greatest number of telling among its evaluations, where they are told as they come
) strict;

create table individuals (
  generation integer not null references generation_counts,
  "index"    integer not null,
  replicate  integer not null,
  seed       integer not null,
  parameters text not null,              -- JSON object
  replaces   integer,                    -- the index of the failed individual whose place it takes
  after      integer not null default 0, -- how many evaluations had been told when it was proposed
  origin     text,                       -- JSON array: the operator that made it, and the names of its parents
  budget     real,                       -- how much of the simulation is wanted
  continues  text,                       -- the name of the individual that it goes on from
  primary key (generation, "index", replicate)
) strict, without rowid;

${evaluationsTable}

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
  cpu_ms       real,
  peak_memory  integer,
  primary key (generation, "index", replicate, epoch, attempt)
) strict, without rowid;

${frontTable}

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
  state blob not null                    -- msgpack, deflated where it is long: where the optimizer stood
) strict;

${generationNotesTable}
${generationsView}
${views}
`

/**
 * Numbers the evaluations in the order in which their individuals were proposed, as they are told when that does not
 * depend on who answers first. Who stands in for another is told in its place, together with it.
 *
 * @param place how places are counted: of a search that simulates each individual several times, replicates have one
 */
export const numberInOrder = (place: 'individuals' | 'points') => `
create temp table places as
  with recursive roots (generation, "index", replicate, root) as (
    select generation, "index", replicate, "index" from main.individuals where replaces is null
    union all
    select i.generation, i."index", i.replicate, r.root from main.individuals i join roots r
      on i.generation = r.generation and i.replaces = r."index" and i.replicate = r.replicate)
  select generation, "index", replicate,
         dense_rank() over (order by generation, root${place === 'points' ? '' : ', replicate'}) - 1
           + (select coalesce(min(after), 0) from main.individuals) as told
  from roots;
create unique index temp.place on places (generation, "index", replicate);
update main.evaluations set told = (
  select told from temp.places p
  where p.generation = evaluations.generation and p."index" = evaluations."index" and p.replicate = evaluations.replicate);
drop table temp.places;
`

/**
 * Notes in each generation what was told of it last, so that only the newest ones are looked through for that. Where
 * evaluations are told in the order in which they were proposed, that follows, and is null.
 */
export const noteLastTold = `
update generation_counts set last_told = (
  select max(told) from evaluations e where e.generation = generation_counts.generation);
`

/** Whether an evaluation of that table is of less than the whole budget of its problem. */
export const isPart = (table: string) => `(
  (select 1 from manifest where key = 'budget') is not null and exists (
    select 1 from individuals i
    where i.generation = ${table}.generation and i."index" = ${table}."index" and i.replicate = ${table}.replicate
      and i.budget < (select value ->> 'high' from manifest where key = 'budget')))`

/** The best of each generation, of those that violate no constraint and have the whole budget. */
export const findBest = `
update generation_notes set best_score = null;
update generation_counts set (best_index, best_replicate) = (
  select "index", replicate from evaluations e
  where e.generation = generation_counts.generation and outcome = 'done' and score is not null and coalesce(violation, 0) = 0
    and not ${isPart('e')}
  order by score desc, "index", replicate limit 1);
`

/** A view with a column for every parameter and objective of this run, for people who write SQL. */
export function searchView(parameters: readonly string[], objectives: readonly string[]): string {
  const taken = new Set(['generation', 'index', 'replicate', 'seed', 'outcome'])
  const column = (name: string, kind: string) => {
    let unique = name
    while (taken.has(unique.toLowerCase())) unique = `${kind} ${unique}`
    taken.add(unique.toLowerCase())
    return quoteName(unique)
  }
  const columns = [
    ...parameters.map(
      (name) =>
        `(select value from json_each(parameters) where key = ${quoteText(name)}) as ${column(name, 'parameter')}`,
    ),
    ...objectives.map((name, i) => `json_extract(fitness, '$[${i}]') as ${column(name, 'objective')}`),
  ]
  return `create view search as select generation, "index", replicate, seed, outcome, ${columns.join(', ')} from evaluated`
}

function quoteName(name: string): string {
  return `"${name.replaceAll('\0', '').replaceAll('"', '""')}"`
}

function quoteText(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", "''")}'`
}
