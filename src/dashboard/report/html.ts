/** Text that is markup already; everything else is escaped on its way into a page. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | null | readonly Part[]

/** A template of markup: what stands in braces is text, whatever it looks like, unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, string, i) => text + escaped(parts[i - 1] ?? null) + string))
}

function escaped(part: Part): string {
  if (part === null) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(escaped).join('')
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A table with a head, or facts with their names before them. */
export function table(head: readonly string[] | null, rows: readonly (readonly (string | number)[])[]): Markup {
  const cells = ([first, ...others]: readonly (string | number)[]) =>
    html`<tr><th scope="row">${first ?? ''}</th>${others.map((cell) => html`<td>${cell}</td>`)}</tr>`
  const top = head && html`<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>`
  return html`<div class="wide"><table>${top}<tbody>${rows.map(cells)}</tbody></table></div>`
}

/** JSON without what would end the element that it stands in. */
export function jsonInMarkup(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}
