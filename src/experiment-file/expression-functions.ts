/** What the signs between two numbers give: all numbers are real ones, so that 1 / 2 is a half. */
export const arithmetic = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
} as const

/** What an expression may call, beside `size`; those with no parameter of their own take any count of numbers. */
export const functions = {
  abs: (x: number) => Math.abs(x),
  sqrt: (x: number) => Math.sqrt(x),
  exp: (x: number) => Math.exp(x),
  log: (x: number) => Math.log(x),
  pow: (x: number, y: number) => x ** y,
  sin: (x: number) => Math.sin(x),
  cos: (x: number) => Math.cos(x),
  tan: (x: number) => Math.tan(x),
  floor: (x: number) => Math.floor(x),
  ceil: (x: number) => Math.ceil(x),
  round: (x: number) => Math.round(x),
  min: (...values: number[]) => Math.min(...values),
  max: (...values: number[]) => Math.max(...values),
  sum: (...values: number[]) => values.reduce((sum, value) => sum + value, 0),
} as const
