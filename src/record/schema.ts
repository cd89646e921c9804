/** The version of the schema below; `pragma user_version` of a file says which one it has. */
export const schemaVersion = 1

/**
 * The tables of `trajectory.sqlite`. Parameters, fitness, outputs and causes are JSON text, so that plain SQL reads them;
 * numbers that JSON lacks stand there as "NaN", "Infinity" and "-Infinity".
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

/** Statements that bring a file of version n (the position in this list, from 1) to version n + 1. */
export const migrations: readonly string[] = []

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
