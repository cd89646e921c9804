import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const key = 'twoloop-theme'
const themes: readonly Theme[] = ['system', 'light', 'dark']

export const theme = signal<Theme>(themes.find((one) => one === remembered()) ?? 'system')

/** Pages that are shown within others may remember nothing. */
function remembered(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

effect(() => {
  document.documentElement.dataset.theme = theme.value
})

export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!
  try {
    localStorage.setItem(key, theme.value)
  } catch {} // it holds for this page alone
}
