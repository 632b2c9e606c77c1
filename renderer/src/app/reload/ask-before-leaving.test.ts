import { afterEach, expect, test } from 'vitest'
import { askBeforeLeaving } from './ask-before-leaving.ts'

let stop = (): void => undefined
let isBusy = false
afterEach(() => {
  stop()
  document.body.replaceChildren()
})

/** Whether the browser would ask. */
function asks(): boolean {
  const leaving = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(leaving)
  return leaving.defaultPrevented
}

function type(selector: string): void {
  document.querySelector(selector)?.dispatchEvent(new Event('input', { bubbles: true }))
}

test('a page with a changed form is not left without a question, until the form is gone', () => {
  stop = askBeforeLeaving(window, { isBusy: () => isBusy })
  document.body.innerHTML = '<input id="find"><form><input id="name"></form>'
  expect(asks()).toBe(false)
  type('#find')
  expect(asks(), 'a search is no form').toBe(false)
  type('#name')
  expect(asks()).toBe(true)
  document.querySelector('form')?.remove()
  expect(asks()).toBe(false)
})

test('a form whose values are kept is left without a question, and one that is changed again is not', () => {
  stop = askBeforeLeaving(window, { isBusy: () => isBusy })
  document.body.innerHTML = '<section data-form><input></section>'
  type('input')
  expect(asks()).toBe(true)
  const form = document.querySelector('section')
  form?.toggleAttribute('data-kept', true)
  expect(asks()).toBe(false)
  form?.toggleAttribute('data-kept', false)
  expect(asks()).toBe(true)
  stop()
  expect(asks()).toBe(false)
})

test('a page that is giving files to the app is not left without a question', () => {
  stop = askBeforeLeaving(window, { isBusy: () => isBusy })
  isBusy = true
  expect(asks()).toBe(true)
  isBusy = false
  expect(asks()).toBe(false)
})
