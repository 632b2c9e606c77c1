import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { mountPage } from '../../testing/mount-page.ts'
import AddMenu from './AddMenu.vue'

test('the key for Add opens its menu', async () => {
  await using page = await mountPage(AddMenu, { answers: {} })
  // `mountPage` takes any page, and knows of none what it exposes.
  const menu = page.vm as InstanceType<typeof AddMenu>
  menu.open()
  await flushPromises()
  expect(document.querySelector('[role="menu"]')?.textContent).toContain('nps')
})
