/** Something in a table that is not as it must be; the sentence's end, without the table's name. */
export class TableFault extends Error {
  override readonly name = 'TableFault'
}

/** @throws TableFault if two columns have the same name */
export function checkedNames(names: readonly string[]): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice === undefined) return names
  throw new TableFault(`has the column ${JSON.stringify(twice)} twice`)
}
