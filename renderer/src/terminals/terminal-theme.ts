import type { ITheme } from '@xterm/xterm'
import type { ISearchDecorationOptions } from '@xterm/addon-search'

/** Our tokens for xterm's names; tokens are pairs of colours, so the page is asked what each is now. */
const tokens = {
  background: '--term',
  foreground: '--term-text',
  cursor: '--term-text',
  cursorAccent: '--term',
  selectionBackground: '--term-selection',
  selectionInactiveBackground: '--term-selection',
  // else xterm draws it in black or white
  overviewRulerBorder: '--term',
  scrollbarSliderBackground: '--line-2',
  scrollbarSliderHoverBackground: '--idle-mark',
  scrollbarSliderActiveBackground: '--idle-mark',
  black: '--term-black',
  red: '--bad',
  green: '--ok',
  yellow: '--warn',
  blue: '--accent',
  magenta: '--term-magenta',
  cyan: '--term-cyan',
  white: '--text-3',
  brightBlack: '--text-3',
  brightRed: '--bad',
  brightGreen: '--ok',
  brightYellow: '--warn',
  brightBlue: '--accent',
  brightMagenta: '--term-magenta',
  brightCyan: '--term-cyan',
  brightWhite: '--term-text',
} as const satisfies Partial<Record<keyof ITheme, string>>

/**
 * `isAway`: the text is older than its shell, and stands back. `isSearching`: what is selected is what was found, and looks
 * like it.
 */
export function readTheme({ isAway, isSearching }: { isAway: boolean; isSearching: boolean }): ITheme {
  const names: Record<keyof typeof tokens, string> = { ...tokens }
  if (isAway) names.foreground = '--term-away'
  if (isSearching) names.selectionBackground = names.selectionInactiveBackground = '--term-mark-here'
  return readTokens(names)
}

/** How what was searched for is marked; the one that was gone to is stronger. */
export function readMarks(): ISearchDecorationOptions {
  const { mark, here } = readTokens({ mark: '--term-mark', here: '--term-mark-here' })
  return {
    matchBackground: mark,
    activeMatchBackground: here,
    matchOverviewRuler: mark,
    activeMatchColorOverviewRuler: here,
  }
}

/** `#rrggbb` each: the form that every part of xterm takes. */
function readTokens<Name extends string>(names: Readonly<Record<Name, string>>): Record<Name, string> {
  const probe = document.body.appendChild(document.createElement('i'))
  try {
    const read = (token: string): string => {
      probe.style.color = `var(${token})`
      return hexOf(getComputedStyle(probe).color)
    }
    const entries = Object.entries<string>(names).map(([name, token]) => [name, read(token)])
    // the same names
    return Object.fromEntries(entries) as Record<Name, string>
  } finally {
    probe.remove()
  }
}

/** Of `rgb(36, 87, 214)`, and of the `color(srgb 0.14 0.34 0.84)` that mixed colours are. */
function hexOf(color: string): string {
  const unit = color.startsWith('color(') ? 255 : 1
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => Number(part) * unit)
  return `#${[red, green, blue].map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`
}
