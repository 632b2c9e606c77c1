import type { PortReport } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import type { Language } from '../locales/index.ts'
import { mountPage } from '../testing/mount-page.ts'
import { openPorts } from '../testing/open-ports.ts'
import PortReportView from './PortReportView.vue'

const shut: PortReport = { ...openPorts, open: 0, closedOnServer: 2001, cause: 'host-firewall' }

/** What the screen says, and its buttons that do more than copy. */
async function shown(hostFirewall: NonNullable<PortReport['hostFirewall']>) {
  const page = await mountPage(PortReportView, {
    props: { report: { ...shut, hostFirewall }, serverName: 'cloud-hz' },
    answers: {},
  })
  await using _ = page
  return { text: page.text(), buttons: page.findAll('button.btn').map((button) => button.text()) }
}

test('what only has to be added is added by a button', async () => {
  const command = 'ufw allow 7000:9000/tcp'
  const { text, buttons } = await shown({ tool: 'ufw', command, canApply: true })
  expect(text).toContain('Add this rule.')
  expect(text).toContain(command)
  expect(buttons).toEqual(['Open them'])
})

test('a rule that a person made is named, and there is no button that could do nothing', async () => {
  const kept = 'deny 7000:9500/tcp'
  const command = 'ufw insert 1 allow 7000:9000/tcp'
  const { text, buttons } = await shown({ tool: 'ufw', command, canApply: false, kept })
  expect(text).toContain(`ufw has the rule “${kept}” for these ports.`)
  expect(text).toContain(command)
  expect(text).not.toContain('Add this rule.')
  expect(buttons).toEqual([])
})

test.each<[Language, string, string[]]>([
  [
    'en',
    'cn-hangzhou',
    ['The security group of Alibaba Cloud', 'i-bp1 in Hangzhou', 'Open Alibaba Cloud console'],
  ],
  ['zh-CN', 'cn-hangzhou', ['阿里云安全组', 'i-bp1（杭州）', '打开阿里云控制台']],
  // a region that has no city here is better than none
  ['en', 'cn-wulanchabu', ['i-bp1 in cn-wulanchabu']],
])('in %s the provider and the city of %s are named', async (language, region, words) => {
  const rule = { protocol: 'TCP' as const, ports: '7000-9000', source: '0.0.0.0/0' }
  const consoleUrl = 'https://ecs.console.aliyun.com'
  const provider = { id: 'aliyun' as const, instance: 'i-bp1', region, consoleUrl, rule }
  const report: PortReport = { ...shut, cause: 'security-group', provider }
  await using page = await mountPage(PortReportView, {
    props: { report, serverName: 'cloud-hz' },
    answers: {},
    language,
  })
  for (const word of words) expect(page.text()).toContain(word)
})
