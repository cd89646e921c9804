import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { RecordWriter } from '../../src/record/writer.ts'
import { temporaryDirectory } from '../temporary.ts'

const built = dirname(createRequire(import.meta.url).resolve('twoloop/package.json'))
const sqlite = Number(process.versions.napi) >= 10 ? 'better-sqlite3' : 'better-sqlite3-v12'

test.each(['recover', 'status'])(
  'without SQLite for this Node.js, %s says so and what to do, and takes no record for damaged',
  async (word) => {
    const root = temporaryDirectory()
    const run = join(root, 'run')
    mkdirSync(run)
    RecordWriter.openForWriting(run).close()
    cpSync(join(built, 'package.json'), join(root, 'twoloop/package.json'))
    cpSync(join(built, 'dist/command'), join(root, 'twoloop/dist/command'), { recursive: true })
    const said = async () => {
      const program = join(root, 'twoloop/dist/command/main.js')
      const { exitCode, stdout, stderr } = await execa(process.execPath, [program, word, run], { reject: false })
      return [exitCode, stdout, stderr]
    }
    const missing = `twoloop: The package ${sqlite}, which Node.js ${process.version} needs, is not installed;`
    expect(await said()).toEqual([2, '', expect.stringContaining(missing)])
    const installed = join(root, 'twoloop/node_modules', sqlite)
    mkdirSync(installed, { recursive: true })
    // As the package does, it loads what was compiled for one Node.js when it is used first.
    const unbuilt = `module.exports = class { constructor() { process.dlopen(module, __dirname + '/sqlite.node') } }`
    writeFileSync(join(installed, 'index.js'), unbuilt)
    const broken = `twoloop: ${sqlite} cannot be loaded by Node.js ${process.version} (${installed}/sqlite.node: cannot open shared object file: No such file or directory); have it built for this one: npm rebuild ${sqlite}.`
    expect(await said()).toEqual([2, '', broken])
  },
)
