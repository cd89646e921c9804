import { defineExperiment, reportEpidemic } from 'twoloop'

/** The main job: how fast did influenza spread in an English boarding school in 1978, and how fast did the boys recover? */
export default defineExperiment({
  name: 'influenza',
  optimizee: { type: 'epidemic' },
  optimizer: { type: 'genetic-algorithm', populationSize: 64, generations: 60, seed: 1 },
  runner: { workers: 2 },
  report: ({ best }) => reportEpidemic(best),
})
