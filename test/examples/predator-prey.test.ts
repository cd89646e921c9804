import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command, shown } from '../command.ts'
import { hasPart, hasProgram } from '../parts.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const python = hasPart('python3', () => hasProgram('python3'), 'the tutorial of lynxes and hares')

test.skipIf(!python)(
  'the tutorial fits the rates of lynxes and hares that others have found, and looks at them',
  async () => {
    const directory = temporaryDirectory()
    const twoloop = (...words: string[]) =>
      execFileSync(process.execPath, [join(build, 'command/main.js'), ...words], { cwd: directory, encoding: 'utf8' })
    cpSync(join(import.meta.dirname, 'predator-prey'), directory, { recursive: true })
    writeFileSync(join(directory, 'twoloop.py'), (await command(['python'])).stdout)
    expect(twoloop('try', 'predator-prey.yaml')).toMatch(/^error +\d/m)
    twoloop('run', 'predator-prey.yaml', '--set', 'optimizee.ready=10m')
    const { best } = await shown(directory, 'runs/predator-prey')
    const { birth, predation, death, conversion } = best.parameters
    expect([birth, predation, death, conversion].map((rate) => rate.toPrecision(2))).toEqual([
      '0.54',
      '0.027',
      '0.80',
      '0.024',
    ])
    const looked = execFileSync('python3', ['look.py'], { cwd: directory, encoding: 'utf8' })
    const page = readFileSync(join(import.meta.dirname, '../../docs/tutorial-predator-prey.md'), 'utf8')
    expect(looked.split('\n').slice(0, 11).join('\n')).toBe(/^1900 [\s\S]*?^1910 .*$/m.exec(page)![0])
  },
)
