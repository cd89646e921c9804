/** What a report has beyond the sheet of the page. */
export const style = `
body > main { max-width: 960px; margin: 2em auto; padding: 0 1em; }
#views { max-width: 1200px; margin: 0 auto 4em; padding: 0 1em; } #views .run { border: 1px solid var(--line); border-radius: 8px; } #views .main { margin: 0; padding: 18px 24px; min-width: 0; }
body > main h1 { font-size: 26px; } body > main h2 { margin: 1.8em 0 0.5em; font-size: 18px; } #views > section > h2 { margin-bottom: 0.6em; font-size: 18px; } body > main h3 { margin: 1.2em 0 0.4em; font-size: 15px; }
body > main table { margin: 0.5em 0; } body > main td:not(:last-child) { white-space: nowrap; } body > main pre { max-height: none; }
body > main figure { margin: 0; } .wide { overflow-x: auto; } .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 8px; }
body > main svg { max-width: 100%; height: auto; } body > main svg text { fill: var(--muted); font-size: 12px; }
.axis { fill: none; stroke: var(--line); } svg .best { fill: none; stroke: var(--best); stroke-width: 2.5; } svg .front { fill: none; stroke: var(--best); stroke-width: 6; stroke-linecap: round; } svg .median { fill: none; stroke: var(--median); stroke-width: 1.5; }
.shade0 { fill: var(--density-weak); } .shade1 { fill: color-mix(in srgb, var(--density-weak) 75%, var(--density-strong)); } .shade2 { fill: color-mix(in srgb, var(--density-weak) 50%, var(--density-strong)); }
.shade3 { fill: color-mix(in srgb, var(--density-weak) 25%, var(--density-strong)); } .shade4 { fill: var(--density-strong); }
`
