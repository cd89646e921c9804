/** The works that methods sections cite for the optimizers that are built in. */
export const citations: Readonly<Record<string, string>> = {
  'genetic-algorithm':
    'Eshelman and Schaffer 1993, "Real-coded genetic algorithms and interval-schemata" (its crossover)',
  'cross-entropy': 'Rubinstein and Kroese 2004, "The Cross-Entropy Method"',
  'l-shade':
    'Tanabe and Fukunaga 2014, "Improving the search performance of SHADE using linear population size reduction"',
  'cma-es': 'Hansen 2016, "The CMA Evolution Strategy: A Tutorial"',
  'lq-cma-es': 'Hansen 2019, "A Global Surrogate Assisted CMA-ES"',
  'nelder-mead': 'Nelder and Mead 1965, "A simplex method for function minimization"',
  'l-bfgs-b': 'Byrd, Lu, Nocedal and Zhu 1995, "A limited memory algorithm for bound constrained optimization"',
  'trust-region': 'More and Sorensen 1983, "Computing a trust region step"',
  'particle-swarm': 'Kennedy and Eberhart 1995, "Particle swarm optimization"',
  xnes: 'Glasmachers, Schaul, Sun, Wierstra and Schmidhuber 2010, "Exponential natural evolution strategies"',
  'line-search': 'Langerman, Seront and Bersini 1994, "STEP: the easiest way to optimize a function"',
  'nsga-ii': 'Deb, Pratap, Agarwal and Meyarivan 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II"',
  'successive-halving':
    'Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization"',
  hyperband:
    'Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar 2018, "Hyperband: a novel bandit-based approach to hyperparameter optimization"',
  asha: 'Li et al. 2020, "A system for massively parallel hyperparameter tuning"',
  'median-stopping': 'Golovin et al. 2017, "Google Vizier: a service for black-box optimization"',
  'random-search': 'Brooks 1958, "A discussion of random methods for seeking maxima"',
  'sobol-search': 'Owen 1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences"',
  'natural-evolution-strategies': 'Wierstra et al. 2014, "Natural evolution strategies"',
  'evolution-strategies':
    'Salimans, Ho, Chen, Sidor and Sutskever 2017, "Evolution strategies as a scalable alternative to reinforcement learning"',
  face: 'Rubinstein and Kroese 2004, "The Cross-Entropy Method", section 5 (FACE)',
  'simulated-annealing': 'Kirkpatrick, Gelatt and Vecchi 1983, "Optimization by simulated annealing"',
  'parallel-tempering': 'Geyer 1991, "Markov chain Monte Carlo maximum likelihood"',
  'gradient-descent': 'Kingma and Ba 2015, "Adam: a method for stochastic optimization"',
}
