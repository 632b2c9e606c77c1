import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import UpdateStatus from './UpdateStatus.vue'

const failure = {
  code: 'update-unreachable',
  params: { address: 'https://updates.example.org/', reason: 'net::ERR_NAME_NOT_RESOLVED' },
  message: 'net::ERR_NAME_NOT_RESOLVED',
  fixes: [],
}

test('a failed download is tried again as a download, a failed check as a check', async () => {
  const asked: string[] = []
  const updates = {
    check: async () => asked.push('check'),
    download: async () => asked.push('download'),
  }
  for (const [version, button] of [
    ['1.0.1', 'Try again'],
    [null, 'Check now'],
  ] as const) {
    await using page = await mountPage(UpdateStatus, {
      props: { state: { state: 'failed', version, failure } },
      answers: { app: { updates } },
    })
    expect(page.text()).toContain('“net::ERR_NAME_NOT_RESOLVED”')
    buttonCalled(button).click()
    await flushPromises()
  }
  expect(asked).toEqual(['download', 'check'])
})

test('what a package manager has to install is told as a command, what the app installs is not', async () => {
  const ready = { state: 'ready', version: '1.0.1', file: '/cache/app.deb' }
  const command = 'sudo apt install /cache/app.deb'
  await using page = await mountPage(UpdateStatus, {
    props: { state: { ...ready, command } },
    answers: {},
  })
  expect(page.text()).toContain(command)
  await page.setProps({ state: { ...ready, command: null } })
  expect(page.text()).toContain('It is installed when you quit the app.')
  expect(page.text()).not.toContain('sudo')
})
