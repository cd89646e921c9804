import { expect, test } from 'vitest'
import { ecdfPlot } from './ecdf-plot.ts'

test('every optimizer has a curve and a name, the best name on top, and no two names lie over each other', () => {
  const curve = (name: string, last: number) => ({
    name,
    points: [
      [1, 0],
      [10, last / 2],
      [100, last],
    ] as const,
  })
  const svg = ecdfPlot('BBOB', [curve('worse', 0.5), curve('better', 0.52), curve('worst', 0.1)])
  expect(svg.match(/<polyline /g)?.length).toBe(3)
  const names = [...svg.matchAll(/y="([\d.]+)" fill="#\w+">(\w+)<\/text>/g)].filter(
    ([, , name]) => name!.startsWith('wors') || name === 'better',
  )
  expect(names.map(([, , name]) => name)).toEqual(['better', 'worse', 'worst'])
  const heights = names.map(([, y]) => Number(y))
  expect(Math.min(heights[1]! - heights[0]!, heights[2]! - heights[1]!)).toBeGreaterThanOrEqual(15)
})
