import { InvalidArgumentError } from 'commander'

/** Reads the value of an option that is a whole number of at least `least`. */
export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
    throw new InvalidArgumentError(`It needs a whole number of at least ${least}.`)
  }
}
