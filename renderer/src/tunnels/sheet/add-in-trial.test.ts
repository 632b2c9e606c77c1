import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, feedOf, mountPage } from '../../testing/mount-page.ts'
import { lab, notebook as sample, overviewWith, server } from '../../testing/pasted-lab.ts'
import AddTunnelMenu from './AddTunnelMenu.vue'

const notebook = { ...sample, target: '127.0.0.1:41000' }
const place = { host: '127.0.0.1', nextPort: 20_004, httpPort: 20_900, httpsPort: null, laptopAddress: null }

/** The three buttons of a lab box, on a server on this computer or on another one. */
async function buttons(local: boolean) {
  const asked: unknown[] = []
  const overview = overviewWith({ servers: [{ ...server, local }], tunnels: [notebook], trial: local })
  const page = await mountPage(AddTunnelMenu, {
    props: { labId: lab.id, labName: lab.name, serverName: server.name, asButtons: true },
    answers: {
      overview: { watch: feedOf(overview) },
      tunnels: { addPreset: async (input: never) => (asked.push(input), { tunnelId: 't1' }) },
      tunnelValues: { place: async () => place },
    },
  })
  await flushPromises()
  return { page, asked }
}
const said = (): string => (document.querySelector('.sheet')?.textContent ?? '').replaceAll(/\s+/g, ' ')
const values = (): string[] =>
  [...document.querySelectorAll<HTMLInputElement>('.sheet .asked input')].map(({ value }) => value)

test('one click adds a notebook, but in the trial, where none is known to run, it asks what to lead to', async () => {
  {
    const { page, asked } = await buttons(false)
    await using _ = page
    buttonCalled('Jupyter').click()
    await flushPromises()
    expect(asked).toEqual([{ labId: lab.id, kind: 'jupyter', name: 'Jupyter' }])
  }
  const { page, asked } = await buttons(true)
  await using _ = page
  buttonCalled('Jupyter').click()
  await flushPromises()
  expect(asked).toEqual([])
  expect(values()).toContain('127.0.0.1:8888')
  expect(said()).toContain('The lab box of the trial is this laptop')
  expect(said()).toContain('Port on this laptop')
  expect(said(), 'why nobody is asked who may reach it').toContain('Only this laptop can reach it, since')
})

test('a web address in the trial is an example that works, and nothing there speaks of clouds', async () => {
  const { page } = await buttons(true)
  await using _ = page
  buttonCalled('Other').click()
  await flushPromises()
  const choose = async (kind: RegExp) => {
    const found = [...document.querySelectorAll('.kind')].find((one) => kind.test(one.textContent ?? ''))
    found?.querySelector('input')?.click()
    await flushPromises()
  }
  await choose(/UDP/)
  expect(said()).not.toMatch(/security group|nps\.conf/)
  await choose(/web address/)
  expect(said()).not.toMatch(/security group|nps\.conf/)
  expect(values()).toEqual(expect.arrayContaining(['demo.localhost', notebook.target]))
  expect(said()).toContain('http://demo.localhost:20900')
  expect(said().match(/Domain name/g)).toHaveLength(1)
})
