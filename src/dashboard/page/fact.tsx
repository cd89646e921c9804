/** A row of a table of facts: what it is, and its value. */
export function Fact({
  name,
  value,
  isStrong = false,
}: {
  readonly name: string
  readonly value: string
  readonly isStrong?: boolean
}) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{isStrong ? <strong>{value}</strong> : value}</td>
    </tr>
  )
}
