import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillTemplate, parseTemplate } from '../../optimizees/shared/placeholders.ts'

const text = fc.string({ unit: fc.constantFrom('{', '}', 'a', ' ', '$', '&', '\n', 'ü', '"') })
const name = text.filter((candidate) => !/[{}]/.test(candidate))

test('any text with its braces doubled, and any value in between, comes out as it was', () => {
  const doubled = (literal: string) => literal.replace(/[{}]/g, '$&$&')
  fc.assert(
    fc.property(fc.array(fc.tuple(text, name, text)), text, (pieces, end) => {
      const template =
        pieces.map(([literal, placeholder]) => `${doubled(literal)}{${placeholder}}`).join('') + doubled(end)
      const values = new Map(pieces.map(([, placeholder, value]) => [placeholder, value]))
      const wanted = pieces.map(([literal, placeholder]) => literal + values.get(placeholder)).join('') + end
      const parsed = parseTemplate(template, [...values.keys()])
      expect(fillTemplate(parsed, (placeholder) => values.get(placeholder)!)).toBe(wanted)
    }),
  )
})

test('any text is either taken or refused with a sentence about it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', 'b', ' ') }), (template) => {
      try {
        parseTemplate(template, ['a'])
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
        expect((error as Error).message).toContain(JSON.stringify(template))
      }
    }),
  )
})
