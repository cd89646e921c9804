/** The sheet of a report; its hash stands in the policy, so nothing else can be styled. */
export const style = `
:root { color-scheme: light dark; --text: #1a2027; --muted: #55606b; --line: #d5dae0; --best: #c4460c; --median: #00796f; --weak: #c9ddf0; --strong: #0b3a73; }
@media (prefers-color-scheme: dark) { :root { --text: #e6ebf0; --muted: #9aa7b4; --line: #313b47; --best: #ff9a5c; --median: #4fd1c0; --weak: #1f3a57; --strong: #a9d5ff; } }
body { max-width: 920px; margin: 2em auto; padding: 0 1em; color: var(--text); font: 15px / 1.55 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 26px; } h2 { margin-top: 1.8em; font-size: 18px; }
table { border-collapse: collapse; margin: 0.5em 0; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 16px 4px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--muted); font-weight: 500; } th, td:not(:last-child) { white-space: nowrap; }
pre { padding: 10px; border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 0; } .wide { overflow-x: auto; } .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 8px; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--muted); font-size: 12px; }
.axis { fill: none; stroke: var(--line); } .best { fill: none; stroke: var(--best); stroke-width: 2.5; } .median { fill: none; stroke: var(--median); stroke-width: 1.5; }
.shade0 { fill: var(--weak); } .shade1 { fill: color-mix(in srgb, var(--weak) 75%, var(--strong)); } .shade2 { fill: color-mix(in srgb, var(--weak) 50%, var(--strong)); }
.shade3 { fill: color-mix(in srgb, var(--weak) 25%, var(--strong)); } .shade4 { fill: var(--strong); }
`
