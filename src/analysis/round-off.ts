/** How far apart numbers may lie that are one number but for rounding, in parts of the largest of them. */
export const roundOff = 16 * Number.EPSILON
