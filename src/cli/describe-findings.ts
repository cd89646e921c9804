import type { Finding } from '../../optimizees/program/conformance.ts'
import { alignTable } from './table.ts'

/** What a program was asked and what there is to mend, for people. */
export function describeFindings(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ check, verdict, sentences: [first = '', ...others] }) => [
    [check, verdict, first],
    ...others.map((sentence) => ['', '', sentence]),
  ])
  const count = (wanted: Finding['verdict']) => findings.filter(({ verdict }) => verdict === wanted).length
  return `${alignTable(['check', 'verdict', ''], rows)}\n${conclusion(count('mend'), count('better'))}\n`
}

function conclusion(mend: number, better: number): string {
  if (mend > 0) return `${mend} to mend`
  return better === 0 ? 'It keeps to the protocol.' : `It keeps to the protocol; ${better} could be better.`
}
