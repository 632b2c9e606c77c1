import type { Page } from '@playwright/test'
import { shots } from '../../../renderer/scenarios/shots/shots.ts'
import { expect } from '../app-fixture.ts'
import { test } from '../scripted-world.ts'

test.skip(({ host }) => host === 'electron', 'the pages over a scripted backend; nothing of the window')

// it looks at a hundred pages
test.use({ trace: 'off', screenshot: 'off' })

/** Those whose buttons ask the backend for most of what there is. */
const names = [
  'home-faulty',
  'tunnel-broken',
  'tunnel-limited',
  'files',
  'settings',
  'server-well',
  'lab',
  'lab-found',
  'setup-taken',
]
const screens = shots.filter(({ name }) => names.includes(name))

interface Press {
  readonly says: string
  readonly hasChanged: boolean
}

/**
 * Presses the first button that says something new, while nobody answers. Null: there is none. `hasChanged`: something on the page did, within a
 * second's frames. No pointer comes near and nothing takes the focus, so that it is not for that.
 */
function pressNext(page: Page, pressed: readonly string[]): Promise<Press | null> {
  return page.evaluate(async (known) => {
    WebSocket.prototype.send = () => undefined
    // what it says without what changes in it
    const saysOf = (button: Element) =>
      (button.getAttribute('aria-label') ?? button.textContent).replaceAll(/[\d:.,\s]+/g, ' ').trim()
    const isNew = (button: HTMLButtonElement) =>
      !button.disabled &&
      button.ariaBusy !== 'true' &&
      button.checkVisibility() &&
      button.closest('[aria-hidden=true], [inert]') === null &&
      !known.includes(saysOf(button))
    // what opens or is chosen by the press alone, before it is a click, changes by itself
    const all = document.querySelectorAll<HTMLButtonElement>(
      ':is(main, [role=dialog], [role=alertdialog]) button:not([role=tab], [role=radio], [role=combobox], [data-pressed])',
    )
    const button = [...all].find(isNew)
    if (!button) return null
    const says = saysOf(button)
    button.dataset['pressed'] = ''
    let changes = 0
    const observer = new MutationObserver((records) => (changes += records.length))
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    button.click()
    for (let frame = 0; frame < 60 && changes === 0; frame += 1) await new Promise(requestAnimationFrame)
    observer.disconnect()
    return { says, hasChanged: changes > 0 }
  }, pressed)
}

/**
 * Goes on pressing the buttons of a page until it shows another one or a dialog. `pressed`: what was pressed elsewhere, and then here.
 * Answers those that show nothing, and whether there may be more behind.
 */
async function press(page: Page, pressed: string[]): Promise<{ silent: string[]; isDone: boolean }> {
  // what a browser shows by itself
  let shown = 0
  page.on('popup', () => (shown += 1))
  page.on('filechooser', () => (shown += 1))
  const silent: string[] = []
  const url = page.url()
  const dialogs = page.locator('[role=dialog], [role=alertdialog]')
  const open = await dialogs.count()
  while (page.url() === url && (await dialogs.count()) === open) {
    const before = shown
    const press = await pressNext(page, pressed)
    if (!press) return { silent, isDone: true }
    pressed.push(press.says)
    if (!press.hasChanged && shown === before) silent.push(press.says)
  }
  return { silent, isDone: false }
}

test('each button shows that it was pressed, before anybody has answered', async ({ open }) => {
  test.setTimeout(300_000)
  expect(screens.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
  const silent: string[] = []
  const pressedOf = new Map<string, string[]>()
  for (const { name, scenario, path = '', ready = 'main', act } of screens) {
    const kind = path.split('/')[0] ?? ''
    const pressed = pressedOf.get(kind) ?? []
    pressedOf.set(kind, pressed)
    for (let isDone = false; !isDone;) {
      const page = await open(scenario, path)
      // else a button asks the browser, which has no face here
      await page.context().grantPermissions(['notifications'])
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await page.locator(ready).first().waitFor()
      // what says how long ago something was does not change by itself
      await page.clock.setFixedTime(new Date())
      await act?.(page)
      const done = await press(page, pressed)
      for (const says of done.silent) silent.push(`${name}: ${says}`)
      ;({ isDone } = done)
      await page.context().close()
    }
  }
  expect(silent).toEqual([])
})
