import { onBeforeUnmount, onMounted } from 'vue'
import { isAnythingAbove } from '../../ui/keys/key-owners.ts'

export interface FileKeys {
  open(): void
  above(): void
  look(): void
  all(): void
  typePath(): void
  ask(what: 'new-folder' | 'rename' | 'remove'): void
  /** A letter that means nothing of its own. */
  letter(key: string): void
}

/** The keys of the page of files. Answers what the list does with a key; the arrows are its own. */
export function useFileKeys(keys: FileKeys): (event: KeyboardEvent) => void {
  /** Keys of the whole page. */
  function onPageKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isAnythingAbove()) return
    const key = event.key.toLowerCase()
    if (key === 'l' && !event.shiftKey) keys.typePath()
    else if (key === 'n' && event.shiftKey) keys.ask('new-folder')
    else return
    event.preventDefault()
  }
  onMounted(() => window.addEventListener('keydown', onPageKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onPageKey))

  return (event) => {
    const command = event.ctrlKey || event.metaKey
    const actions: Readonly<Record<string, () => void>> = command
      ? { a: keys.all }
      : {
          Enter: keys.open,
          Backspace: keys.above,
          Delete: () => keys.ask('remove'),
          F2: () => keys.ask('rename'),
          ' ': keys.look,
        }
    const action = actions[event.key]
    if (action) {
      event.preventDefault()
      action()
    } else if (!command && event.key.length === 1) {
      event.preventDefault()
      keys.letter(event.key)
    }
  }
}
