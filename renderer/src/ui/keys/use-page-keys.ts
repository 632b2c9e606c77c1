import { onBeforeUnmount, onMounted } from 'vue'
import { isAnythingAbove, isTyping } from './key-owners.ts'

const isMac = navigator.platform.startsWith('Mac')

/**
 * Keys of the page that is shown, while no field, menu or dialog wants them: a letter or a named key by itself (`t`, `Delete`).
 * What has the focus comes first: a row that takes the key keeps it from the page. `mod+n` is with Ctrl, on a Mac with ⌘, and
 * comes before the key of the whole app; an action that answers false leaves the key to that.
 */
export function usePageKeys(actions: Readonly<Record<string, () => unknown>>): void {
  function act(event: KeyboardEvent, name: string): void {
    const action = actions[name]
    if (!action || event.defaultPrevented || event.altKey || event.shiftKey) return
    if (!isAnythingAbove() && action() !== false) event.preventDefault()
  }
  const nameOf = ({ key }: KeyboardEvent): string => (key.length === 1 ? key.toLowerCase() : key)
  function onPlain(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || isTyping(event.target)) return
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
