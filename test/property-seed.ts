import fc from 'fast-check'

/** Property tests try the same in every run, so that one that fails fails again; another seed tries something else. */
fc.configureGlobal({ seed: Number(process.env.TWOLOOP_TEST_SEED ?? 2026) })
