import type { Page } from '@playwright/test'
import type { RowLook } from './pages/home-page.ts'

/** What the row of one tunnel said, from `atMs` on. */
export interface SeenLook {
  readonly atMs: number
  readonly name: string
  readonly look: RowLook | 'gone'
}

/** Writes down every change of every tunnel row on the page, as it is drawn, until the page goes elsewhere. */
export async function recordLooks(page: Page): Promise<() => Promise<readonly SeenLook[]>> {
  await page.evaluate(() => {
    const seen: { atMs: number; name: string; look: string }[] = []
    const last = new Map<string, string>()
    const look = (): void => {
      for (const row of document.querySelectorAll('[data-tunnel-row]')) {
        const name = row.getAttribute('aria-label')?.split(', ')[0] ?? ''
        const state = row.getAttribute('data-state') ?? 'gone'
        if (last.get(name) === state) continue
        last.set(name, state)
        seen.push({ atMs: Date.now(), name, look: state })
      }
    }
    look()
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-state'],
    })
    Reflect.set(globalThis, 'seenLooks', seen)
  })
  return () => page.evaluate(() => Reflect.get(globalThis, 'seenLooks') as SeenLook[])
}

/** Which look a tunnel had at `atMs`. */
export function lookAt(seen: readonly SeenLook[], name: string, atMs: number): SeenLook['look'] {
  return seen.findLast((one) => one.name === name && one.atMs <= atMs)?.look ?? 'gone'
}
