/** A column by which individuals are ordered and kept. */
export type PageColumn =
  | {
      readonly type: 'name' | 'outcome' | 'score' | 'milliseconds' | 'worker' | 'generation' | 'budget' | 'continues'
    }
  | { readonly type: 'objective'; readonly index: number }
  | { readonly type: 'parameter'; readonly path: readonly [string, ...number[]] }

/** An expression by which individuals are kept. What compares with a value that is not there is neither true nor false. */
export type RowFilter =
  | { readonly type: 'and' | 'or'; readonly parts: readonly RowFilter[] }
  | { readonly type: 'not'; readonly part: RowFilter }
  | { readonly type: 'comparison'; readonly operator: Comparison; readonly left: Operand; readonly right: Operand }

export type Comparison = '<' | '<=' | '>' | '>=' | '=' | '!='

export type Operand =
  | { readonly type: 'value'; readonly value: number | string | null }
  | { readonly type: 'column'; readonly column: PageColumn }
  | { readonly type: 'arithmetic'; readonly operator: Arithmetic; readonly left: Operand; readonly right: Operand }

export type Arithmetic = '+' | '-' | '*' | '/'

/** SQL with a question mark for each of its values: names and texts come in as values, for they may be anything. */
export interface SqlPart {
  readonly sql: string
  readonly values: readonly unknown[]
}

export function sqlOfFilter(filter: RowFilter): SqlPart {
  switch (filter.type) {
    case 'and':
    case 'or':
      return joined(filter.parts.map(sqlOfFilter), ` ${filter.type} `)
    case 'not':
      return around('not ', sqlOfFilter(filter.part), '')
    case 'comparison':
      return sqlOfComparison(filter)
  }
}

function sqlOfComparison({ operator, left, right }: Extract<RowFilter, { type: 'comparison' }>): SqlPart {
  const sides = [sqlOfOperand(left), sqlOfOperand(right)]
  if (isNull(left) || isNull(right)) return joined(sides, operator === '=' ? ' is ' : ' is not ')
  const compared = joined(sides, ` ${operator} `)
  if (operator === '=' || operator === '!=') return compared
  // Of two kinds none is less: SQLite holds every text for larger than every number.
  const kinds = joined(
    sides.map((side) => around('typeof', side, ` = 'text'`)),
    ' = ',
  )
  return joined([kinds, compared], ' * ') // not "and": what is nothing stays nothing
}

function isNull(operand: Operand): boolean {
  return operand.type === 'value' && operand.value === null
}

function sqlOfOperand(operand: Operand): SqlPart {
  switch (operand.type) {
    case 'value':
      return { sql: '?', values: [operand.value] }
    case 'column':
      return sqlOfColumn(operand.column)
    case 'arithmetic': {
      const [left, right] = [operand.left, operand.right].map(sqlOfNumber) as [SqlPart, SqlPart]
      return joined([left, right], ` ${operand.operator} `)
    }
  }
}

/** Nothing where it is no number; a real one, so that a half is no zero. */
function sqlOfNumber(operand: Operand): SqlPart {
  const { sql, values } = sqlOfOperand(operand)
  if (operand.type === 'arithmetic') return { sql, values } // that already; written twice, it would double with each sign
  return { sql: `case when typeof(${sql}) <> 'text' then cast(${sql} as real) end`, values: [...values, ...values] }
}

export function sqlOfColumn(column: PageColumn): SqlPart {
  switch (column.type) {
    case 'name':
    case 'generation':
      return { sql: 'generation', values: [] }
    case 'outcome':
    case 'score':
    case 'budget':
    case 'continues':
      return { sql: `e.${column.type}`, values: [] }
    case 'milliseconds':
    case 'worker':
      return { sql: `v.${column.type}`, values: [] }
    case 'objective':
      return { sql: 'json_extract(e.fitness, ?)', values: [`$[${column.index}]`] }
    case 'parameter': {
      const [name, ...places] = column.path
      const value = '(select value from json_each(e.parameters) where key = ?)'
      if (places.length === 0) return { sql: value, values: [name] }
      return { sql: `json_extract(${value}, ?)`, values: [name, `$${places.map((place) => `[${place}]`).join('')}`] }
    }
  }
}

function joined(parts: readonly SqlPart[], between: string): SqlPart {
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(between),
    values: parts.flatMap(({ values }) => values),
  }
}

function around(before: string, { sql, values }: SqlPart, after: string): SqlPart {
  return { sql: `${before}(${sql})${after}`, values }
}
