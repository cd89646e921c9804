/**
 * What those install who test optimizers, and nobody else. It is imported when it is needed, since Node.js says of a static
 * import that is missing only which file of this package has it.
 */
const [vitest, fastCheck] = await Promise.all([
  import('vitest').catch(lacking('vitest')),
  import('fast-check').catch(lacking('fast-check')),
])

export const { describe, expect, test } = vitest
export const fc = fastCheck.default

function lacking(name: string): (error: unknown) => never {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(
      `twoloop/testing needs vitest and fast-check, peer dependencies of which ${name} is not there: npm install --save-dev vitest fast-check`,
      { cause: error },
    )
  }
}
