/** Runs something with every source of time and chance made to throw. */
export function withoutEffects<T>(run: () => T): T {
  const forbid = (what: string) => () => {
    throw new Error(`an optimizer must not use ${what}`)
  }
  const { Date: date, performance: clock, crypto: source } = globalThis
  const chance = Math.random
  const replace = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  const original = ['Date', 'performance', 'crypto'].map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const,
  )
  try {
    Math.random = forbid('Math.random')
    replace('Date', new Proxy(date, { apply: forbid('Date'), construct: forbid('Date'), get: forbid('Date') }))
    replace('performance', new Proxy(clock, { get: forbid('performance') }))
    replace('crypto', new Proxy(source, { get: forbid('crypto') }))
    return run()
  } finally {
    Math.random = chance
    for (const [name, descriptor] of original) Object.defineProperty(globalThis, name, descriptor)
  }
}

/** The value, of which nothing can be changed any more; typed arrays cannot be frozen and stay as they are. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  for (const nested of Object.values(value)) deepFreeze(nested)
  return Object.freeze(value)
}
