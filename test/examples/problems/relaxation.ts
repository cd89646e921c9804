import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineOptimizee, real } from 'twoloop'

/** Inner points of the grid along each side. */
const size = 32

/** A plate that is cold inside and hot along one side, on its way to rest. */
interface Plate {
  sweeps: number
  readonly heat: number[]
}

/** Laplace's equation by successive over-relaxation: with which factor do 81 sweeps leave the least residual? */
export default defineOptimizee({
  module: import.meta.url,
  parameters: { factor: real(1, 1.99), guess: real(0, 1) },
  objectives: { residual: 'minimize' },
  budget: { name: 'sweeps', low: 3, high: 81 },
  simulate({ parameters: { factor, guess } }, { budget, restore, checkpoint }) {
    const left = restore()
    const plate = left === undefined ? plateOf(guess) : readPlate(left)
    while (plate.sweeps < budget!) sweep(plate, factor)
    writeFileSync(join(checkpoint(), 'plate.json'), JSON.stringify(plate))
    return { residual: Math.log10(residualOf(plate)), sweeps: plate.sweeps }
  },
})

function plateOf(guess: number): Plate {
  const width = size + 2
  const heat = Array.from({ length: width * width }, (_, at) => {
    const isInside = [at % width, Math.floor(at / width)].every((place) => place > 0 && place <= size)
    return isInside ? guess : at < width ? 1 : 0
  })
  return { sweeps: 0, heat }
}

function readPlate(folder: string): Plate {
  return JSON.parse(readFileSync(join(folder, 'plate.json'), 'utf8')) as Plate
}

function sweep(plate: Plate, factor: number): void {
  plate.sweeps++
  for (const [at, defect] of defects(plate)) plate.heat[at]! += factor * defect
}

/** By how much each inner point differs from the mean of its neighbours, as they are when it is looked at. */
function* defects({ heat }: Plate): Generator<readonly [at: number, defect: number]> {
  const width = size + 2
  for (let row = 1; row <= size; row++) {
    for (let at = row * width + 1; at <= row * width + size; at++) {
      yield [at, (heat[at - width]! + heat[at + width]! + heat[at - 1]! + heat[at + 1]!) / 4 - heat[at]!]
    }
  }
}

function residualOf(plate: Plate): number {
  let sum = 0
  for (const [, defect] of defects(plate)) sum += defect ** 2
  return Math.sqrt(sum)
}
