/** What a house costs a year that is heated through the winter: node heating.mjs [--shutters] PARAMETERS, as JSON. */
import { argv } from 'node:process'

const hours = 24 * 150 // of a winter
const area = 250 // m2, of walls and roof
const windows = 25 // m2
const capacity = 20 // kWh that warm the house by a kelvin

/** W through a square metre of windows and a kelvin. */
const losses = { single: 5, double: 2.8, triple: 0.8 }

const { night, glazing, heater, insulation } = JSON.parse(argv.at(-1))
const hasShutters = argv.includes('--shutters')

let inside = 20
let [energy, cold] = [0, 0]
for (let hour = 0; hour < hours; hour++) {
  const isNight = hour % 24 < 6 || hour % 24 >= 22
  const outside =
    2 + 8 * Math.sin((2 * Math.PI * hour) / hours - Math.PI / 2) + 4 * Math.sin((2 * Math.PI * (hour - 9)) / 24)
  const wall = 1 / (0.5 + insulation / 35) // mm of wool, of 0.035 W/(m K)
  const window = losses[glazing] * (hasShutters && isNight ? 0.6 : 1)
  const loss = ((area * wall + windows * window + 60) * (inside - outside)) / 1000 // kW; 60 W/K go with the air
  const wanted = isNight ? night : 20
  const heat = Math.min(heater.power, Math.max(0, loss + (wanted - inside) * capacity))
  inside += (heat - loss) / capacity
  energy += heat / heater.efficiency
  if (!isNight) cold += Math.max(0, 19.5 - inside)
}
const price =
  { single: 0, double: 4000, triple: 9000 }[glazing] + 4.5 * area * Math.sqrt(insulation) + (hasShutters ? 2500 : 0)
console.log(JSON.stringify({ cost: 0.3 * energy + (price + heater.price) / 25 + 2 * cold, energy, cold }))
