import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { hearing } from '../../../testing/hearing.ts'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import MovingSettings from './MovingSettings.vue'

const contents = {
  madeAtMs: 0,
  version: '1.0.0',
  servers: ['cloud-hz'],
  labs: [],
  here: 2,
  hostKeys: 0,
  signIns: 1,
  settings: 0,
  keyFiles: ['/home/goudan/.ssh/id'],
}

async function type(label: string, text: string): Promise<void> {
  const wanted = [...document.querySelectorAll('label')].find(
    ({ textContent }) => textContent?.trim() === label,
  )
  const input = document.querySelector<HTMLInputElement>(`#${CSS.escape(wanted?.htmlFor ?? '')}`)
  if (!input) throw new Error(`no field ${label}`)
  if (input.type === 'file') {
    Object.defineProperty(input, 'files', { value: [new File([text], 'a.npsmove')] })
    input.dispatchEvent(new Event('change', { bubbles: true }))
  } else {
    input.value = text
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
  await flushPromises()
}

test('a file is looked into before anything of it is added', async () => {
  const { calls, heard } = hearing()
  const answers = { moving: { look: heard('look', contents), take: heard('take', contents) } }
  await using page = await mountPage(MovingSettings, { answers })
  buttonCalled('Import…').click()
  await flushPromises()
  expect(buttonCalled('Look inside').disabled).toBe(true)
  await type('File', 'abc')
  await type('Passphrase', 'correct horse')
  buttonCalled('Look inside').click()
  await expect.poll(() => document.body.textContent).toContain('cloud-hz')
  const input = { file: 'YWJj', passphrase: 'correct horse' }
  expect(calls).toEqual([['look', input]])
  expect(document.body.textContent).toContain('2 here already')
  expect(document.body.textContent).toContain('/home/goudan/.ssh/id')
  buttonCalled('Add to this laptop').click()
  await expect.poll(() => page.text()).toContain('Added. Servers: 1')
  expect(calls).toEqual([
    ['look', input],
    ['take', input],
  ])
})

test('a passphrase is asked for twice, and has eight characters', async () => {
  const page = await mountPage(MovingSettings, { answers: {} })
  await using _ = page
  buttonCalled('Export…').click()
  await flushPromises()
  await type('Passphrase', 'correct horse')
  await type('The same again', 'correct hors')
  expect(document.body.textContent).toContain('The two differ')
  expect(buttonCalled('Save the file').disabled).toBe(true)
  await type('The same again', 'correct horse')
  expect(buttonCalled('Save the file').disabled).toBe(false)
  await type('Passphrase', 'short')
  await type('The same again', 'short')
  expect(buttonCalled('Save the file').disabled).toBe(true)
  expect(document.body.textContent).toContain('Still needed: Passphrase of 8 characters')
})
