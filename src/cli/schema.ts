import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of experiment files, for editors')
    .description(
      'Prints the JSON Schema (draft-07) of experiment files. An editor with the YAML language server finds it by the first line ' +
        '`# yaml-language-server: $schema=./node_modules/twoloop/dist/schema.json`.',
    )
    .action(async () => {
      const [{ experimentJsonSchema }, { jsonText, print }] = await Promise.all([
        import('../experiment-file/json-schema.ts'),
        import('./output.ts'),
      ])
      await print([jsonText(experimentJsonSchema())])
    })
}
