import { ORPCError } from '@orpc/client'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import { server } from '../../../testing/pasted-lab.ts'
import ServerConf from './ServerConf.vue'

const text =
  '# kept\nweb_username=admin\nweb_password=Kx81\nbridge_port=8024\nallow_ports=7000-9000\nlog_level=6\n'

async function show({ online = true, refuse = false, file = text } = {}) {
  const calls: { name: string; input: unknown }[] = []
  const page = await mountPage(ServerConf, {
    props: { server, online },
    answers: {
      servers: {
        config: {
          get: async () => ({ path: '/etc/nps/conf/nps.conf', text: file, revision: '1', warnings: [] }),
          save: async (input) => {
            calls.push({ name: 'save', input })
            if (!refuse) return { revision: '2', restartNeeded: true }
            const failure = {
              code: 'config-invalid',
              params: { path: '/etc/nps/conf/nps.conf', line: 5, key: 'allow_ports' },
              message: 'nps.conf:5: allow_ports needs ports',
              fixes: [],
            }
            throw new ORPCError('FAILED', { data: { failure } })
          },
        },
        restart: async (input) => {
          calls.push({ name: 'restart', input })
          return {}
        },
      },
    },
  })
  await flushPromises()
  const field = (key: string) => page.get(`[data-key="${key}"]`)
  const type = (key: string, value: string) => field(key).get('input').setValue(value)
  return { page, calls, field, type }
}

test('a changed setting is ringed with what it was, and saving names its price', async () => {
  const { page, calls, field, type } = await show()
  await using _ = page
  await type('bridge_port', '8025')
  expect(field('bridge_port').classes()).toContain('changed')
  expect(field('bridge_port').text()).toContain('was 8024')
  expect(page.text()).toContain('1 change. nps restarts, tunnels are back in about 3 s.')

  buttonCalled('Save and restart').click()
  await flushPromises()
  expect(calls).toEqual([
    { name: 'save', input: { serverId: 's1', text: text.replace('8024', '8025'), revision: '1' } },
    { name: 'restart', input: { serverId: 's1' } },
  ])
  expect(field('bridge_port').classes()).not.toContain('changed')
})

test('a setting put back is no change, and discarding puts all back', async () => {
  const { page, type } = await show()
  await using _ = page
  await type('allow_ports', '7000-8849')
  await type('allow_ports', '7000-9000')
  expect(page.find('.save').exists()).toBe(false)
  await type('allow_ports', '7000-8849')
  buttonCalled('Discard').click()
  await flushPromises()
  expect(page.get<HTMLInputElement>('[data-key="allow_ports"] input').element.value).toBe('7000-9000')
})

test('a password is never shown as what it was', async () => {
  const { page, field, type } = await show()
  await using _ = page
  await type('web_password', 'another')
  expect(field('web_password').text()).toContain('was another one')
  expect(page.text()).not.toContain('Kx81')
})

test('a refused value is marked in the form and in the file, and nothing restarts', async () => {
  const { page, calls, field, type } = await show({ refuse: true })
  await using _ = page
  await type('allow_ports', 'all of them')
  buttonCalled('Save').click()
  await flushPromises()
  expect(calls.map(({ name }) => name)).toEqual(['save'])
  expect(field('allow_ports').text()).toContain('nps does not accept this value')
  await page.findAll('[role=tab]')[1]?.trigger('mousedown')
  await flushPromises()
  expect(page.get('.numbers .wrong').text()).toBe('5')
})

test('without the server the last text stays, read-only', async () => {
  const { page } = await show()
  await using _ = page
  await page.setProps({ online: false })
  expect(page.get('[data-key="allow_ports"] input').attributes('disabled')).toBeDefined()
  expect(page.get<HTMLInputElement>('[data-key="allow_ports"] input').element.value).toBe('7000-9000')
})

test('yes and no are switches: as nps reads them, put back without a trace, and unset ones as nps takes them', async () => {
  const { page, calls, field } = await show({ file: `${text}web_open_ssl=yes\n` })
  await using _ = page
  const ssl = field('web_open_ssl').get('[role=switch]')
  expect(ssl.attributes('aria-checked')).toBe('true')
  expect(field('stock_protocol').get('[role=switch]').attributes('aria-checked')).toBe('true')
  expect(field('ip_limit').get('[role=switch]').attributes('aria-checked')).toBe('false')

  await ssl.trigger('click')
  expect(field('web_open_ssl').text()).toContain('was on')
  await ssl.trigger('click')
  expect(page.find('.save').exists()).toBe(false)

  await field('stock_protocol').get('[role=switch]').trigger('click')
  buttonCalled('Save').click()
  await flushPromises()
  expect(calls[0]).toEqual({
    name: 'save',
    input: { serverId: 's1', text: `${text}web_open_ssl=yes\nstock_protocol=false\n`, revision: '1' },
  })
})

test('a word that is neither yes nor no stays to be seen and corrected', async () => {
  const { page, field } = await show({ file: `${text}ip_limit=perhaps\n` })
  await using _ = page
  expect(field('ip_limit').find('[role=switch]').exists()).toBe(false)
  expect(field('ip_limit').get<HTMLInputElement>('input').element.value).toBe('perhaps')
})
