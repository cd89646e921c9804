import { plainName } from './nearest.ts'

/** What tools that people come from call things, where it is another word and not only another spelling; the first that is known is meant. */
const wordsElsewhere: Readonly<Record<string, readonly string[]>> = {
  // L2L
  popsize: ['populationSize'],
  niteration: ['generations'],
  stopcriterion: ['stopAt'],
  rho: ['eliteFraction'],
  tempdecay: ['temperatureDecay'],
  cxprob: ['crossoverProbability'],
  mutprob: ['mutationProbability'],
  indprob: ['geneMutationProbability'],
  tournsize: ['tournamentSize'],
  matepar: ['blend'],
  mutpar: ['mutationScale'],
  maxworkers: ['workers'],
  trajectoryname: ['name'],
  rootdirpath: ['root'],
  rootdir: ['root'],
  // DEAP, pycma, SciPy, Optuna
  cxpb: ['crossoverProbability'],
  mutpb: ['mutationProbability'],
  indpb: ['geneMutationProbability'],
  ngen: ['generations'],
  maxiter: ['generations', 'iterations'],
  maxiterations: ['generations', 'iterations'],
  ntrials: ['generations'],
  recombination: ['crossoverProbability'],
  mutation: ['mutationScale'],
  w: ['inertia'],
  c1: ['attraction'],
  c2: ['attraction'],
  xatol: ['tolerance'],
  fatol: ['tolerance'],
  xtol: ['tolerance'],
  ftol: ['tolerance'],
  tol: ['tolerance'],
  initialtemp: ['startTemperature'],
  temp: ['startTemperature'],
  reductionfactor: ['eta'],
  njobs: ['workers'],
  numworkers: ['workers'],
  // SALib, pyDOE, SciPy's quasi-Monte Carlo
  n: ['points', 'trajectories'],
  samples: ['points', 'trajectories'],
  nsamples: ['points', 'trajectories'],
  numsamples: ['points', 'trajectories'],
  numlevels: ['levels'],
  randomstate: ['seed', 'random'],
  rng: ['seed', 'random'],
  conflevel: ['confidence'],
  numresamples: ['resamples'],
  calcsecondorder: ['secondOrder'],
  x: ['points'],
  y: ['outputs'],
  frac: ['points'],
}

/** The known name of what another tool calls so. */
export function namedElsewhere(word: string, known: readonly string[]): string | undefined {
  const plain = plainName(word)
  return Object.hasOwn(wordsElsewhere, plain) ? wordsElsewhere[plain]!.find((name) => known.includes(name)) : undefined
}
