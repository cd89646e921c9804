/**
 * The outbreak that the epidemic is fitted to: influenza in an English boarding school, January and February 1978.
 * Source: "Influenza in a boarding school", British Medical Journal, 4 March 1978, p. 587.
 */
export const outbreak = {
  boys: 763,
  /** Boys confined to bed, day by day from day 0. */
  inBed: [3, 8, 26, 76, 225, 298, 258, 233, 189, 128, 68, 29, 14, 4],
} as const
