import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { hasProgram } from '../parts.ts'
import { temporaryDirectory } from '../temporary.ts'

const program = fileURLToPath(new URL('../../dist/command/main.js', import.meta.url))
const fixture = fileURLToPath(new URL('../fixtures/programs/conform.mjs', import.meta.url))
const examples = fileURLToPath(new URL('../examples/programs/', import.meta.url))

interface Finding {
  readonly check: string
  readonly verdict: string
  readonly sentences: readonly string[]
}

async function check(command: readonly string[], ...options: string[]) {
  const words = ['check-program', '--set', 'x=2', '--json', '--ready', '5m', ...options, '--', ...command]
  const { exitCode, stdout } = await execa(process.execPath, [program, ...words], { reject: false })
  const { conforms, findings } = JSON.parse(stdout) as { conforms: boolean; findings: Finding[] }
  expect(exitCode).toBe(conforms ? 0 : 1)
  return { conforms, findings, told: findings.filter(({ verdict }) => verdict !== 'fine') }
}

const checkFixture = (mistake: string, ...options: string[]) => check([process.execPath, fixture, mistake], ...options)

test('a program that keeps to the protocol is told so, check by check', async () => {
  const { conforms, findings, told } = await checkFixture('none')
  expect({ conforms, told }).toEqual({ conforms: true, told: [] })
  expect(findings.map(({ check }) => check)).toEqual([
    'ready',
    'an individual',
    'several at once',
    'lines and keys that it does not know',
    'an individual without parameters',
    'numbers that overflow',
    'a line of a megabyte',
    'the end of its input',
  ])
})

test.each([
  ['ends at once', 'ready', 'It ended with exit code 3 before it was given anything.'],
  ['speaks unasked', 'ready', 'It said "{\\"result\\": 1}" before it was given anything.'],
  ['ends its lines late', 'an individual', 'let it end the line before an answer.'],
  ['gives text', 'an individual', 'The result needs to be a number, a list of numbers, or an object with numbers'],
  ['answers twice', 'several at once', 'It answered what nobody has asked, or a second time: '],
  [
    'writes stars',
    'numbers that overflow',
    'Numbers that JSON has no word for are written NaN, Infinity and -Infinity.',
  ],
  ['says ahead and names none', 'several at once', 'an answer has no "id"; let each have it.'],
  ['breaks at long lines', 'a line of a megabyte', 'It ended with exit code 1 without an answer.'],
])('of a program that %s there is to mend: %s', async (mistake, where, sentence) => {
  const { conforms, told } = await checkFixture(mistake)
  expect(conforms).toBe(false)
  const [finding] = told.filter(({ verdict }) => verdict === 'mend')
  expect(finding).toMatchObject({ check: where })
  expect(finding!.sentences.join(' ')).toContain(sentence)
})

// These are found by what does not come, which is waited for.
test.concurrent.each([
  ['takes wrong ids', 'an individual', 'It answered what nobody has asked, or a second time: '],
  ['keeps answers back', 'an individual', 'flush its output after each answer.'],
  ['answers the last only', 'several at once', 'It did not give 4 of 5 answers within 30000 ms.'],
  ['stays', 'the end of its input', 'It is still there 30000 ms after its input has ended; let it leave.'],
])('of a program that %s there is to mend: %s', async (mistake, where, sentence) => {
  const { told } = await checkFixture(mistake, '--timeout', '30s')
  const finding = told.find(({ check }) => check === where)
  expect(finding).toMatchObject({ verdict: 'mend' })
  expect(finding!.sentences.join(' ')).toContain(sentence)
})

test.each([
  ['dies of errors', 'an individual without parameters', 'An answer {"id": ..., "error": "..."} in place of that'],
  ['answers everything', 'lines and keys that it does not know', 'Let it ignore them'],
  ['remembers', 'several at once', 'The same parameters and seed gave {"error":5}, and now {"error":6}'],
  ['leaves with 1', 'the end of its input', 'It ended with exit code 1 at the end of its input; wanted 0.'],
])('a program that %s keeps to the protocol, but could be better: %s', async (mistake, where, sentence) => {
  const { conforms, told } = await checkFixture(mistake)
  expect(conforms).toBe(true)
  const finding = told.find(({ check }) => check === where)
  expect(finding).toMatchObject({ verdict: 'better' })
  expect(finding!.sentences.join(' ')).toContain(sentence)
})

test('one that does not say that it is ready could be better; one without the parameters is told how to get them', async () => {
  const late = await checkFixture('never ready', '--ready', '10ms')
  expect(late.told).toMatchObject([{ check: 'ready', verdict: 'better' }])
  const { exitCode, stdout } = await execa(
    process.execPath,
    [program, 'check-program', process.execPath, fixture, 'none'],
    {
      reject: false,
    },
  )
  expect(exitCode).toBe(1)
  expect(stdout).toContain('It answered with the error "no x"; give it parameters with --set name=value.')
  expect(stdout).toMatch(/\n1 to mend\n?$/)
})

describe('the examples of docs/programs.md keep to the protocol', () => {
  test.runIf(hasProgram('python3'))('in Python', async () => {
    const python = fileURLToPath(new URL('../../python', import.meta.url))
    const { conforms, told } = await check(
      ['env', `PYTHONPATH=${python}`, 'python3', join(examples, 'paraboloid.py')],
      '--set',
      'y=1',
    )
    expect({ conforms, told }).toEqual({ conforms: true, told: [] })
  })

  test.runIf(hasProgram('perl'))('in Perl', async () => {
    const { conforms } = await check(['perl', join(examples, 'paraboloid.pl')], '--set', 'y=1')
    expect(conforms).toBe(true)
  })

  test.runIf(hasProgram('g++'))('in C++', async () => {
    const built = join(temporaryDirectory(), 'paraboloid')
    execFileSync('g++', ['-o', built, join(examples, 'paraboloid.cpp')])
    const { conforms } = await check([built], '--set', 'y=1')
    expect(conforms).toBe(true)
  })
})
