/** One optimizer's part of the targets over the evaluations for each dimension. */
export interface Curve {
  readonly name: string
  readonly points: readonly (readonly [budget: number, reached: number])[]
}

const size = { width: 720, height: 420 }
const frame = { left: 56, right: 540, top: 36, bottom: 370 }
const colors = ['#0b62a4', '#d1495b', '#2e8b57', '#8e5ea2', '#c77f0a', '#008b8b', '#5b5b5b', '#b0457b']

/** Curves over a logarithmic budget, as a picture that needs nothing else: lines end where they are named, the best on top. */
export function ecdfPlot(title: string, curves: readonly Curve[]): string {
  const largest = Math.max(...curves.flatMap(({ points }) => points.map(([budget]) => budget)))
  const x = (budget: number) => frame.left + (Math.log(budget) / Math.log(largest)) * (frame.right - frame.left)
  const y = (reached: number) => frame.bottom - reached * (frame.bottom - frame.top)
  const powers = Array.from({ length: Math.round(Math.log10(largest)) + 1 }, (_, i) => 10 ** i)
  const parts = [0, 0.2, 0.4, 0.6, 0.8, 1]
  const ranked = [...curves].sort((a, b) => b.points.at(-1)![1] - a.points.at(-1)![1])
  const names = apart(ranked.map(({ points }) => y(points.at(-1)![1])))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}: part of the targets reached</title>`,
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    `<text x="${frame.left}" y="20" font-size="14" fill="#222222">${title}</text>`,
    ...powers.map((power) => upright(x(power), power)),
    ...parts.map((part) => level(y(part), part)),
    `<text x="${(frame.left + frame.right) / 2}" y="${size.height - 12}" text-anchor="middle" fill="#444444">evaluations for each dimension</text>`,
    ...ranked.flatMap(({ name, points }, i) => {
      const color = colors[curves.findIndex((curve) => curve.name === name) % colors.length]!
      const path = points.map(([budget, reached]) => `${x(budget).toFixed(1)},${y(reached).toFixed(1)}`).join(' ')
      return [
        `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
        `<text x="${frame.right + 8}" y="${(names[i]! + 4).toFixed(1)}" fill="${color}">${name}</text>`,
      ]
    }),
    '</svg>',
    '',
  ].join('\n')
}

function upright(at: number, power: number): string {
  return (
    `<line x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${frame.top}" y2="${frame.bottom}" stroke="#e2e2e2"/>` +
    `<text x="${at.toFixed(1)}" y="${frame.bottom + 16}" text-anchor="middle" fill="#444444">${power.toLocaleString('en')}</text>`
  )
}

function level(at: number, part: number): string {
  return (
    `<line x1="${frame.left}" x2="${frame.right}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" stroke="#e2e2e2"/>` +
    `<text x="${frame.left - 8}" y="${(at + 4).toFixed(1)}" text-anchor="end" fill="#444444">${part.toFixed(1)}</text>`
  )
}

/** Heights of names, from the top down, no two of them over each other. */
function apart(heights: readonly number[]): number[] {
  const placed: number[] = []
  for (const height of heights) placed.push(Math.max(height, (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + 15))
  return placed
}
