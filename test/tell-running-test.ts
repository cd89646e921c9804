import { aroundEach } from 'vitest'
import { running } from './running-test.ts'

// A file of its own: what is set up is loaded anew for each test file, what tests import may have been loaded before.
aroundEach((run, context) => running.run(context, run))
