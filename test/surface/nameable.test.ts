import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const built = join(root, 'dist')

/** Names that no entry point has, and why nobody misses them. */
const exceptions: Readonly<Record<string, string>> = {
  All: 'Works out the parameters of designs that stand together; the design that comes of it has a name.',
  Database: '`RecordWriter.over` is given one by whatever recovers a record, and by nobody else.',
  Designs: 'The arguments of `cross` and `zip`, which are designs, each of them with a name.',
  Guess: 'Works out which parameters a first guess may leave out; it is `Partial` of them otherwise.',
  IsUnion: 'Works out whether a simulation has one objective, or several.',
  KindOfParameter: 'Is `ParameterDefinition` without its condition.',
  MeaningOf: 'Works out what stands for one name of `MeantBy`.',
  RecordFile: 'What the readers of a record have in common inside; whoever opens one says where it is.',
  ValueList: 'Works out what stands by one name of `Variations`.',
}

test('whatever type the declaration of an exported thing names, an entry point exports', () => {
  const { unnamed, unused } = new Surface(entryPoints()).look()
  expect(unnamed).toEqual([])
  expect(unused).toEqual([])
})

/** The declarations that whoever imports the package is given. */
function entryPoints(): readonly string[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>
  }
  return Object.values(exports).flatMap((entry) => {
    const path = typeof entry === 'string' ? entry.replace(/\.js$/, '.d.ts') : entry.types
    return path.endsWith('.d.ts') ? [join(root, path)] : []
  })
}

/** What the entry points export, and what the declarations of that name. */
class Surface {
  readonly #checker: ts.TypeChecker
  /** The names of what is exported. */
  readonly #exported = new Map<ts.Symbol, string>()

  constructor(entries: readonly string[]) {
    const program = ts.createProgram(entries, {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      types: [],
      skipLibCheck: true,
    })
    this.#checker = program.getTypeChecker()
    for (const entry of entries) {
      const module = this.#checker.getSymbolAtLocation(program.getSourceFile(entry)!)
      for (const symbol of module ? this.#checker.getExportsOfModule(module) : []) {
        this.#exported.set(this.#meant(symbol), symbol.name)
      }
    }
  }

  /** The names that nobody can write, each with whose declaration has it, and the exceptions that are none. */
  look(): { readonly unnamed: readonly string[]; readonly unused: readonly string[] } {
    const unnamed = new Set<string>()
    const met = new Set<string>()
    for (const [symbol, by] of this.#exported) {
      const isOptimizer = this.#isOptimizer(symbol)
      for (const named of this.#namedBy(symbol)) {
        if (this.#exported.has(named) || (isOptimizer && isInOptimizers(named))) continue
        if (Object.hasOwn(exceptions, named.name)) met.add(named.name)
        else unnamed.add(`${by} names ${named.name} (${fileOf(named).slice(built.length + 1)})`)
      }
    }
    return { unnamed: [...unnamed].sort(), unused: Object.keys(exceptions).filter((name) => !met.has(name)) }
  }

  /** The types of this package in a declaration; what a class or interface inherits belongs to its own. */
  #namedBy({ declarations = [] }: ts.Symbol): readonly ts.Symbol[] {
    return declarations.filter(isOurs).flatMap((declaration) => this.#namedIn(declaration))
  }

  #namedIn(node: ts.Node): readonly ts.Symbol[] {
    const named: ts.Symbol[] = []
    const name = nameIn(node)
    const symbol = name && this.#checker.getSymbolAtLocation(name)
    const meant = symbol && this.#meant(symbol)
    if (meant?.declarations?.some(isOurs) && !(meant.flags & ts.SymbolFlags.TypeParameter)) {
      const isInherited = ts.isHeritageClause(node.parent) && !this.#exported.has(meant)
      named.push(...(isInherited ? this.#namedBy(meant) : [meant]))
    }
    ts.forEachChild(node, (child) => {
      named.push(...this.#namedIn(child))
    })
    return named
  }

  /** An optimizer's state and settings are its own: `ReturnType` and `ConstructorParameters` of its class name them. */
  #isOptimizer(symbol: ts.Symbol): boolean {
    const bases = symbol.declarations?.flatMap((declaration) =>
      ts.isClassDeclaration(declaration) ? (declaration.heritageClauses ?? []).flatMap(({ types }) => types) : [],
    )
    return (bases ?? []).some(({ expression }) => {
      const base = this.#meant(this.#checker.getSymbolAtLocation(expression)!)
      return base.name === 'Optimizer' || this.#isOptimizer(base)
    })
  }

  #meant(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol
  }
}

/** Where a node names a type. */
function nameIn(node: ts.Node): ts.Node | undefined {
  if (ts.isTypeReferenceNode(node)) return node.typeName
  if (ts.isExpressionWithTypeArguments(node)) return node.expression
  if (ts.isImportTypeNode(node)) return node.qualifier
  return undefined
}

const fileOf = ({ declarations }: ts.Symbol) => declarations![0]!.getSourceFile().fileName
const isOurs = (declaration: ts.Node) => declaration.getSourceFile().fileName.startsWith(`${built}/`)
const isInOptimizers = (symbol: ts.Symbol) => fileOf(symbol).startsWith(`${built}/optimizers/`)
