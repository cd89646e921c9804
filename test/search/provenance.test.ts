import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

async function commitIn(cwd: string): Promise<unknown> {
  const program = `import { provenance } from ${JSON.stringify(join(build, 'src/search/provenance.js'))}
    console.log(JSON.stringify(provenance().commit))`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program], { cwd })
  return JSON.parse(stdout)
}

test('a run says of which commit its folder is, also from a folder within, and of none where there is no repository', async () => {
  const repository = temporaryDirectory()
  expect(await commitIn(repository)).toBeNull()
  const git = (...words: string[]) => execa('git', words, { cwd: repository })
  await git('init', '--quiet')
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'commit.gpgSign=false']
  await git(...author, 'commit', '--quiet', '--allow-empty', '-m', 'begin')
  const { stdout } = await git('rev-parse', 'HEAD')
  const within = join(repository, 'models', 'sir')
  mkdirSync(within, { recursive: true })
  expect(await commitIn(within)).toBe(stdout)
})
