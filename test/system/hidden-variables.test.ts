import { expect, test } from 'vitest'
import { hiddenVariables } from '../../src/system/hidden-variables.ts'

test('a simulation does not see the ranks of its worker nor what its runner was told, but settings of MPI and the worker', () => {
  const ranks = { PMI_RANK: '3', OMPI_COMM_WORLD_RANK: '3', PMIX_RANK: '3' }
  const told = { TWOLOOP_WARNED: '/tmp/warned', TWOLOOP_EPOCH: '2', TWOLOOP_SEED: '1' }
  const seen = { OMPI_MCA_btl: 'self', PMIX_MCA_psec: 'native', TWOLOOP_WORKER: '1', PATH: '/bin' }
  const hidden = Object.keys({ ...ranks, ...told }).map((name) => [name, undefined])
  expect(hiddenVariables({ ...ranks, ...seen, ...told })).toEqual(Object.fromEntries(hidden))
})
