/** Which run a view is of. */
export interface ViewProps {
  readonly run: number
}
