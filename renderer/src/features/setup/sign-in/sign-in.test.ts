import type { HostKey } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { hearing } from '../../../testing/hearing.ts'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import NewServer from '../new-server/NewServer.vue'
import UpdateSignIn from './UpdateSignIn.vue'

const shown: HostKey = {
  host: '120.1.1.2',
  port: 22,
  way: '',
  algorithm: 'ssh-ed25519',
  fingerprint: 'SHA256:9f2cQe4',
  state: 'new',
  pinned: null,
  sshKnows: false,
}

const confirmed = { host: '120.1.1.2', port: 22, jump: { kind: 'none' }, fingerprint: 'SHA256:9f2cQe4' }

async function press(word: string): Promise<void> {
  buttonCalled(word).click()
  await flushPromises()
}

async function signIn(hostKey: HostKey) {
  const { calls, heard } = hearing()
  const page = await mountPage(NewServer, {
    answers: {
      hostKeys: { inspect: heard('inspect', hostKey), confirm: heard('confirm', {}) },
      servers: { add: heard('add', { serverId: 's1' }), setup: heard('setup', { jobId: 'j1' }) },
    },
  })
  const [host, , user] = page.findAll('form input')
  await host?.setValue('120.1.1.2')
  await user?.setValue('root')
  return { page, calls, host }
}

test('the secret field opens only after the host key was confirmed', async () => {
  const { page, calls } = await signIn(shown)
  await using _ = page
  expect(page.find('input[type=password]').exists()).toBe(false)

  await press('Connect')
  expect(calls).toEqual([['inspect', { host: '120.1.1.2', port: 22, jump: { kind: 'none' } }]])
  expect(page.text()).toContain('SHA256:9f2cQe4')
  expect(page.find('input[type=password]').exists()).toBe(false)

  await press('Yes, this is it')
  expect(calls.at(-1)).toEqual(['confirm', confirmed])
  expect(page.text()).toContain('Still needed: Password of root')
  await page.get('input[type=password]').setValue('secret')
  await press('Check and set up')
  expect(calls.slice(2)).toEqual([
    [
      'add',
      {
        address: { host: '120.1.1.2', port: 22, user: 'root', jump: { kind: 'none' } },
        secret: { kind: 'password', password: 'secret' },
      },
    ],
    ['setup', { serverId: 's1', range: { from: 7000, to: 9000 }, bridgePort: 8024 }],
  ])
})

test('Enter in a field goes on: to the host key, and with the secret to the setup', async () => {
  const { page, calls, host } = await signIn({ ...shown, state: 'known', pinned: shown.fingerprint })
  await using _ = page
  const enter = async (field: Element | undefined): Promise<void> => {
    // what a browser does on Enter in a field of a form that has a submit button
    const form = field?.closest('form')
    form?.querySelector<HTMLButtonElement>('button[type=submit]')?.click()
    await flushPromises()
  }
  await enter(host?.element)
  expect(calls.map(([name]) => name)).toEqual(['inspect'])
  const secret = page.get('input[type=password]')
  expect(document.activeElement).toBe(secret.element)
  await secret.setValue('secret')
  await enter(secret.element)
  expect(calls.map(([name]) => name)).toEqual(['inspect', 'add', 'setup'])
})

test('a key that ssh knows is said to be the same; it is confirmed by a person all the same', async () => {
  const { page, calls } = await signIn({ ...shown, sshKnows: true })
  await using _ = page
  await press('Connect')
  expect(page.text()).toContain('This is the key that your ssh already knows for it.')
  expect(calls.map(([name]) => name)).toEqual(['inspect'])
})

test('another address closes the secret field again', async () => {
  const { page, host } = await signIn({ ...shown, state: 'known', pinned: shown.fingerprint })
  await using _ = page
  await press('Connect')
  expect(page.find('input[type=password]').exists()).toBe(true)
  await host?.setValue('120.1.1.3')
  expect(page.find('input[type=password]').exists()).toBe(false)
})

test('a changed key shows both fingerprints, and stopping sends nothing', async () => {
  const { page, calls } = await signIn({ ...shown, state: 'changed', pinned: 'SHA256:old' })
  await using _ = page
  await press('Connect')
  expect(document.body.textContent).toContain('SHA256:old')
  expect(document.body.textContent).toContain('SHA256:9f2cQe4')
  await press('Stop')
  expect(calls.map(([name]) => name)).toEqual(['inspect'])
  expect(page.find('input[type=password]').exists()).toBe(false)
})

test('a changed key is pinned only by its own button', async () => {
  const { page, calls } = await signIn({ ...shown, state: 'changed', pinned: 'SHA256:old' })
  await using _ = page
  await press('Connect')
  await press('It was reinstalled')
  expect(calls.at(-1)).toEqual(['confirm', confirmed])
  expect(page.find('input[type=password]').exists()).toBe(true)
})

test('the sign-in of a lab box behind another machine is renewed by the same way', async () => {
  const { calls, heard } = hearing()
  const address = { host: '192.168.1.10', port: 22, user: 'li' }
  await using page = await mountPage(UpdateSignIn, {
    props: { machine: 'lab', id: 'l1', name: 'a100', address, jump: 'gate', stored: false },
    answers: {
      hostKeys: { inspect: heard('inspect', { ...shown, ...address }), confirm: heard('confirm', {}) },
      labs: { edit: heard('edit', {}) },
    },
  })
  expect(page.text()).toContain('Through gate')
  await press('Connect')
  await press('Yes, this is it')
  await page.get('input[type=password]').setValue('secret')
  await press('Save')
  const jump = { kind: 'kept', labId: 'l1' }
  const { host, port } = address
  expect(calls).toEqual([
    ['inspect', { host, port, jump }],
    ['confirm', { host, port, jump, fingerprint: 'SHA256:9f2cQe4' }],
    [
      'edit',
      { labId: 'l1', address: { ...address, jump }, secret: { kind: 'password', password: 'secret' } },
    ],
  ])
})

test('an ssh command typed as the address is spread over the fields, with its key', async () => {
  const { page, host } = await signIn({ ...shown, state: 'known', pinned: shown.fingerprint })
  await using _ = page
  await host?.setValue('ssh -i ~/.ssh/id_ed25519 -p 2222 goudan@120.1.1.9')
  const values = page.findAll('form input').map((input) => (input.element as HTMLInputElement).value)
  expect(values.slice(0, 3)).toEqual(['120.1.1.9', '2222', 'goudan'])
  await press('Connect')
  const key = page.findAll('input, textarea').map((field) => (field.element as HTMLInputElement).value)
  expect(key).toContain('~/.ssh/id_ed25519')
})
