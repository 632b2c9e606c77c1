import { flushPromises, mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { createTexts } from '../locales/index.ts'
import FormDialog from './FormDialog.vue'

test('a form opens in the console too, which has neither the backend nor the router of the app', async () => {
  const dialog = mount(FormDialog, {
    props: {
      open: false,
      title: 'Add a lab box',
      action: 'Add it',
      busy: false,
      empty: [],
      failure: null,
      context: {},
    },
    slots: { default: '<input />' },
    attachTo: document.body,
    global: { plugins: [createTexts('en')] },
  })
  await dialog.setProps({ open: true })
  await flushPromises()
  expect(document.querySelector('[role="dialog"] input')).not.toBeNull()
  dialog.unmount()
})
