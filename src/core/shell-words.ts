/** The words of a command line as a shell splits them; nothing is expanded. @throws RangeError if a quote is open */
export function splitWords(text: string): string[] {
  const words: string[] = []
  const pattern = /((?:[^\s'"\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")+)|(\S)/g
  for (const [, word, stray] of text.matchAll(pattern)) {
    if (stray !== undefined) throw new RangeError(`a quote or backslash has no end in ${JSON.stringify(text)}`)
    words.push(word!.replace(/\\\n|\\([\s\S])|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"/g, unquote))
  }
  return words
}

/** The word as it must be written for a shell to read it as one. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function unquote(_: string, escaped?: string, single?: string, double?: string): string {
  return escaped ?? single ?? double?.replace(/\\(["\\$`])|\\\n/g, '$1') ?? ''
}
