/** What a job script tells the runner in it. */
export const jobVariables = {
  /** How many seconds before the end of the job the script warns. */
  warning: 'TWOLOOP_WARNING',
  /** The file that the script makes to warn, and the runner takes away. */
  warned: 'TWOLOOP_WARNED',
  /** When the job ends, in seconds since 1970. */
  ends: 'TWOLOOP_ENDS',
  /** The file that the runner makes if the search is to go on in another job. */
  again: 'TWOLOOP_AGAIN',
} as const
