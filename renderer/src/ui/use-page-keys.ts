import { onBeforeUnmount, onMounted } from 'vue'

const typed = 'input, textarea, select, [contenteditable]'
const above = '[role="dialog"], [role="menu"], [role="listbox"]'
const isMac = navigator.platform.startsWith('Mac')

/**
 * Keys of the page that is shown, while no field, menu or dialog wants them: a letter or a named key by itself (`t`, `Delete`).
 * What has the focus comes first: a row that takes the key keeps it from the page. `mod+n` is with Ctrl, on a Mac with ⌘, and
 * comes before the key of the whole app.
 */
export function usePageKeys(actions: Readonly<Record<string, () => void>>): void {
  function act(event: KeyboardEvent, name: string): void {
    const action = actions[name]
    if (!action || event.defaultPrevented || event.altKey || event.shiftKey) return
    if (document.querySelector(above)) return
    event.preventDefault()
    action()
  }
  const nameOf = ({ key }: KeyboardEvent): string => (key.length === 1 ? key.toLowerCase() : key)
  function onPlain(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return
    if (event.target instanceof HTMLElement && event.target.matches(typed)) return
    act(event, nameOf(event))
  }
  function onCommand(event: KeyboardEvent): void {
    if (isMac ? event.metaKey : event.ctrlKey) act(event, `mod+${nameOf(event)}`)
  }
  onMounted(() => {
    window.addEventListener('keydown', onPlain)
    window.addEventListener('keydown', onCommand, { capture: true })
  })
  onBeforeUnmount(() => {
    window.removeEventListener('keydown', onPlain)
    window.removeEventListener('keydown', onCommand, { capture: true })
  })
}
