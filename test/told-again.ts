import { Objectives } from '../src/core/objectives.ts'
import type { Problem } from '../src/core/optimizee.ts'
import type { Optimizer } from '../src/core/optimizer.ts'
import { Replicates } from '../src/core/samples.ts'
import { SearchState } from '../src/core/search-state.ts'
import { type ParameterDefinition, parameterFrom, Space } from '../src/core/space.ts'
import { RecordReader } from '../src/record/reader.ts'
import type { RunIdentity } from '../src/search/run-identity.ts'

/**
 * What an optimizer proposes when it is asked and told as the record of a steady search says, from the beginning: the
 * parameters as JSON, in the order of asking.
 */
export function proposalsToldAgain(directory: string, make: (problem: Problem) => Optimizer): string[] {
  const record = RecordReader.openForReading(directory)
  try {
    const { parameters, objectives } = record.manifest().configuration as unknown as RunIdentity
    const definitions = parameters as unknown as readonly (readonly [string, ParameterDefinition])[]
    const optimizer = make({
      space: new Space<Record<string, unknown>>(
        definitions.map(([name, definition]) => [name, parameterFrom(definition)] as const),
      ),
      objectives: new Objectives(Object.fromEntries(objectives)),
    })
    const search = SearchState.begin(optimizer)
    const asked = [...record.proposed()].filter(({ individual }) => individual.replicate === 0)
    const told = new Replicates(record.replications, optimizer.objectives).join(record.told())
    const proposed: string[] = []
    for (let after = 0; after <= told.length; after++) {
      const individuals = asked.filter((one) => one.after === after).map(({ individual }) => individual)
      if (individuals.length > 0) {
        for (const proposal of search.ask(individuals.length)) proposed.push(JSON.stringify(proposal.parameters))
        search.expect(individuals)
      }
      if (after < told.length) search.tell([told[after]!])
    }
    return proposed
  } finally {
    record.close()
  }
}
