declare const meaning: unique symbol

/** One of the names of a choice by name, which is given to a simulation as what it stands for. */
export type Named<Name extends string, Value> = Name & { readonly [meaning]?: Value }

/** A parameter's value as a simulation is given it. */
type MeaningOf<T> = T extends readonly (infer E)[]
  ? MeaningOf<E>[]
  : typeof meaning extends keyof T
    ? Exclude<T[typeof meaning], undefined>
    : T

/** Parameters as a simulation is given them: with what names stand for in their place. */
export type MeantBy<P> = { [K in keyof P]: unknown extends P[K] ? P[K] : MeaningOf<P[K]> }
