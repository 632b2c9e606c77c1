import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { createTexts } from '../../locales/index.ts'
import SendButton from './SendButton.vue'

test('a form that cannot be sent yet says which fields it waits for, also to whoever hears the button', async () => {
  const form = mount(
    {
      components: { SendButton },
      props: ['empty'],
      template: '<form><SendButton submit :busy="false" :empty="empty">Add it</SendButton></form>',
    },
    { props: { empty: ['Name', 'Port'] }, global: { plugins: [createTexts('en')] } },
  )
  const button = form.get('button')
  expect(button.attributes('disabled')).toBeDefined()
  expect(form.get(`[id="${button.attributes('aria-describedby')}"]`).text()).toBe('Still needed: Name, Port')
  await form.setProps({ empty: [] })
  expect(button.attributes('disabled')).toBeUndefined()
  expect(button.attributes('aria-describedby')).toBeUndefined()
  expect(form.text()).toBe('Add it')
  form.unmount()
})
