export type TerminalAction =
  | 'new'
  | 'close'
  | 'find'
  | 'previous'
  | 'next'
  | 'larger'
  | 'smaller'
  | 'usual'
  | 'copy'

const isMac = navigator.platform.startsWith('Mac')

/** By where the key is, so that another layout changes none. On a Mac brackets and digits take Shift or not as there is usual. */
const keys: Record<string, TerminalAction> = {
  KeyT: 'new',
  KeyW: 'close',
  KeyF: 'find',
  KeyC: 'copy',
  BracketLeft: 'previous',
  BracketRight: 'next',
  Equal: 'larger',
  Minus: 'smaller',
  Digit0: 'usual',
}
const withShiftOnMac = new Set<TerminalAction>(['previous', 'next'])

type Pressed = Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

/** What a key does to the terminal's page: with ⌘ on a Mac, elsewhere with Ctrl and Shift, since Ctrl alone is the shell's. */
export function terminalAction(event: Pressed, mac = isMac): TerminalAction | null {
  const action = keys[event.code]
  if (action === undefined || event.altKey) return null
  if (!mac) return event.ctrlKey && event.shiftKey && !event.metaKey ? action : null
  const shift = withShiftOnMac.has(action)
  return event.metaKey && !event.ctrlKey && event.shiftKey === shift ? action : null
}

/** Not for the shell: the page's own keys, those with which a person leaves it, and pasting, which the browser does. */
export function isForPage(event: Pressed, mac = isMac): boolean {
  if (terminalAction(event, mac) !== null) return true
  if (mac) return event.metaKey
  if (event.ctrlKey && event.shiftKey && event.code === 'KeyV') return true
  return event.ctrlKey && !event.shiftKey && !event.altKey && /^Digit[12]$/.test(event.code)
}

/** As it is written in menus and tooltips. */
export function terminalKeyName(action: TerminalAction): string {
  const code = Object.entries(keys).find(([, name]) => name === action)?.[0] ?? ''
  const names: Record<string, string> = {
    BracketLeft: '[',
    BracketRight: ']',
    Equal: '+',
    Minus: '−',
    Digit0: '0',
  }
  const name = names[code] ?? code.replace('Key', '')
  if (isMac) return `${withShiftOnMac.has(action) ? '⇧' : ''}⌘${name}`
  return `Ctrl Shift ${name}`
}
