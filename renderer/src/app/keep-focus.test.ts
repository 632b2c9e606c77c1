import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepFocus } from './keep-focus.ts'

let end: () => void
beforeEach(() => {
  document.body.innerHTML = `
    <main>
      <section id="settings"><button id="edit">Edit</button><form><input id="name" /></form></section>
      <section id="menu"><button id="more">More</button></section>
    </main>`
  end = keepFocus(document)
})
afterEach(() => end())

const focus = (id: string): void => document.querySelector<HTMLElement>(`#${id}`)?.focus()
const focused = (): string => document.activeElement?.id ?? ''
/** Removes it as a page would; observers hear of it at the next microtask. */
async function remove(selector: string): Promise<void> {
  const element = document.querySelector(selector)
  if (element?.contains(document.activeElement)) (document.activeElement as HTMLElement).blur()
  element?.remove()
  await Promise.resolve()
}

test('a form that becomes text gives the focus to what is left in its part', async () => {
  focus('name')
  await remove('form')
  expect(focused()).toBe('edit')
})

test('after a dialog the focus is where it was on the page, also when a menu opened it', async () => {
  focus('more')
  document.body.insertAdjacentHTML('beforeend', '<div role="menu"><button id="item">Remove</button></div>')
  focus('item')
  await remove('[role="menu"]')
  document.body.insertAdjacentHTML('beforeend', '<div role="dialog"><button id="no">Cancel</button></div>')
  focus('no')
  await remove('[role="dialog"]')
  expect(focused()).toBe('more')
})

test('a page that is replaced as a whole gives the focus to the content of the next, not to the link before it', async () => {
  document.body.innerHTML = '<div id="app"><main><button id="way">Try it</button></main></div>'
  focus('way')
  const app = document.querySelector('#app')
  ;(document.activeElement as HTMLElement).blur()
  if (app) app.innerHTML = '<a id="skip" href="#content">Skip</a><main id="content" tabindex="-1"></main>'
  await Promise.resolve()
  expect(focused()).toBe('content')
})

test('a person who has left for nowhere is not called back', async () => {
  focus('more')
  ;(document.activeElement as HTMLElement).blur()
  await remove('#settings')
  expect(focused()).toBe('')
})
