import { mount } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
import { usePageKeys } from './use-page-keys.ts'

const heard: string[] = []
afterEach(() => {
  heard.length = 0
  document.body.innerHTML = ''
})

function page(add: () => unknown = () => heard.push('add')) {
  const component = defineComponent(() => {
    usePageKeys({
      r: () => heard.push('check'),
      Delete: () => heard.push('remove'),
      'mod+n': add,
    })
    return () =>
      h('main', [
        h('input'),
        h('input', { type: 'checkbox' }),
        h('button', { onKeydown: (event: Event) => event.preventDefault() }),
      ])
  })
  const wrapper = mount(component, { attachTo: document.body })
  return { [Symbol.dispose]: () => wrapper.unmount() }
}
function press(key: string, { on = 'main', ctrlKey = false } = {}): void {
  const event = new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true })
  document.querySelector(on)?.dispatchEvent(event)
}

test('a letter works with Caps Lock too, not while a field, a dialog or a row wants it', () => {
  using _ = page()
  press('R')
  press('Delete')
  expect(heard).toEqual(['check', 'remove'])
  press('r', { on: 'input' })
  press('r', { on: 'button' })
  press('r', { ctrlKey: true })
  document.body.insertAdjacentHTML('beforeend', '<div role="dialog"></div>')
  press('r')
  expect(heard).toHaveLength(2)
})

test('a switch takes no letters, and a dialog that fades away takes nothing more', () => {
  using _ = page()
  press('r', { on: '[type=checkbox]' })
  document.body.insertAdjacentHTML('beforeend', '<div role="dialog" data-state="closed"></div>')
  press('n', { ctrlKey: true })
  expect(heard).toEqual(['check', 'add'])
})

test('what the page cannot do now is left to the whole app', () => {
  const ofApp = (event: KeyboardEvent): void => void (event.defaultPrevented || heard.push('app'))
  window.addEventListener('keydown', ofApp)
  {
    using _ = page(() => false)
    press('n', { ctrlKey: true })
  }
  window.removeEventListener('keydown', ofApp)
  expect(heard).toEqual(['app'])
})

test('a key with Ctrl comes before the same key of the whole app', () => {
  const ofApp = (event: KeyboardEvent): void => void (event.defaultPrevented || heard.push('app'))
  window.addEventListener('keydown', ofApp)
  {
    using _ = page()
    press('n', { on: 'input', ctrlKey: true })
  }
  press('n', { on: 'body', ctrlKey: true })
  window.removeEventListener('keydown', ofApp)
  expect(heard).toEqual(['add', 'app'])
})
