import { type Command, Option } from 'commander'
import { quoteWord } from '../core/shell-words.ts'
import { type Language, starters } from './starters/index.ts'

export function register(program: Command): void {
  program
    .command('init')
    .summary('make a directory with a simulation and its experiment file, which runs at once')
    .description(
      'Makes a directory with a small simulation and its experiment file; asks nothing, and overwrites nothing.',
    )
    .argument('[name]', 'the directory', 'first-search')
    .addOption(
      new Option('--language <language>', 'what the simulation is written in')
        .choices(Object.keys(starters))
        .default('typescript'),
    )
    .option('--json', 'print one JSON document: what was written')
    .action(async (name: string, { language, json = false }: { language: Language; json?: boolean }) => {
      const [{ makeStarter }, { jsonText, print }] = await Promise.all([
        import('./make-starter.ts'),
        import('./output.ts'),
      ])
      const made = await makeStarter(name, language)
      await print([json ? jsonText(made) : describeStarter(made)])
    })
}

function describeStarter({
  directory,
  files,
  needs,
}: {
  directory: string
  files: readonly string[]
  needs: string | null
}): string {
  const there = needs === null ? '' : ` (it needs ${needs})`
  return `${directory} has ${files.join(', ')}${there}. Now:

  cd ${quoteWord(directory.startsWith('-') ? `./${directory}` : directory)}
  npx twoloop try experiment.yaml
  npx twoloop run experiment.yaml
`
}
