/** ↑ and ↓ go through all that is marked `data-key-row` on the page, whatever part it belongs to. */
export function focusNeighbour(event: KeyboardEvent, step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-key-row]')]
  rows[rows.indexOf(event.currentTarget as HTMLElement) + step]?.focus()
}
