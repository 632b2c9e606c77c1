import type { Failure, Job, PortReport } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { computed, defineComponent, h } from 'vue'
import { afterEach, expect, test, vi } from 'vitest'
import { openPorts } from '../../../testing/open-ports.ts'
import { buttonCalled, mountPage } from '../../../testing/mount-page.ts'
import { bareServer as server } from '../../../testing/pasted-lab.ts'
import ServerJobStep from './ServerJobStep.vue'
import { autoCheckIntervalMs } from './use-auto-check.ts'
import { provideWizard } from '../wizard/wizard.ts'

function failedJob(id: Job['steps'][number]['id'], failure: Failure, ports: PortReport | null = null): Job {
  return {
    id: 'j1',
    kind: 'server-setup',
    serverId: 's1',
    labId: null,
    state: 'failed',
    ports,
    writes: [],
    steps: [{ id, state: 'failed', startedAtMs: 0, tookMs: 1, progress: null, facts: [], failure }],
  }
}

const report: PortReport = {
  ...openPorts,
  range: { from: 7000, to: 7099 },
  cells: [
    { from: 7000, to: 7049, tried: 50, open: 50, state: 'open' },
    { from: 7050, to: 7099, tried: 50, open: 0, state: 'no-answer' },
  ],
  tried: 100,
  open: 50,
  noAnswer: 50,
  cause: 'security-group',
}
const blocked: Failure = {
  code: 'ports-blocked-by-security-group',
  params: { host: '120.1.1.2', ports: '7000-7099' },
  message: '',
  fixes: [],
}

const Wizard = defineComponent({
  props: { job: { type: Object, required: true } },
  setup(props) {
    provideWizard(computed(() => ({ title: '', subtitle: '', lines: [], current: 'check', kept: true })))
    return () => h(ServerJobStep, { server, job: props.job as Job, step: 'check' })
  },
})

async function show(job: Job) {
  const retries: unknown[] = []
  const page = await mountPage(Wizard, {
    props: { job },
    answers: {
      jobs: {
        retry: async (input) => {
          retries.push(input)
          return {}
        },
      },
    },
  })
  return { page, retries }
}

afterEach(() => vi.useRealTimers())

test('a rejected sudo password is asked for in its place and sent with the retry', async () => {
  const { page, retries } = await show(
    failedJob('identity', {
      code: 'sudo-password-rejected',
      params: { host: '120.1.1.2', user: 'goudan' },
      message: '',
      fixes: [{ action: 'enter-sudo-password' }, { action: 'install-without-root' }],
    }),
  )
  await using _ = page
  await page.get('input[type=password]').setValue('right one')
  buttonCalled('Try this password').click()
  await flushPromises()
  expect(retries).toEqual([{ jobId: 'j1', sudoPassword: 'right one' }])
  buttonCalled('Install without root').click()
  await flushPromises()
  expect(retries.at(-1)).toEqual({ jobId: 'j1', withoutRoot: true })
})

test('a taken port is replaced by the free one on a click', async () => {
  const { page, retries } = await show(
    failedJob('free-ports', {
      code: 'port-in-use',
      params: { host: '120.1.1.2', port: 8024, free: 8025, program: 'nps' },
      message: '',
      fixes: [{ action: 'use-port', port: 8025 }],
    }),
  )
  await using _ = page
  buttonCalled('Use 8025').click()
  await flushPromises()
  expect(retries).toEqual([{ jobId: 'j1', bridgePort: 8025 }])
})

test('closed ports are tried again by themselves, and there is a quiet way on', async () => {
  vi.useFakeTimers()
  const { page, retries } = await show(failedJob('port-range', blocked, report))
  await using _ = page
  expect(page.text()).toContain('let the ports through')
  expect(buttonCalled('Continue with the 50 open ports')).toBeTruthy()
  expect(retries).toEqual([])
  await vi.advanceTimersByTimeAsync(autoCheckIntervalMs)
  expect(retries).toEqual([{ jobId: 'j1' }])

  // While they are tried again, the rule to add stays on the screen, and nothing is asked for.
  const job = failedJob('port-range', blocked, report)
  await page.setProps({
    job: {
      ...job,
      state: 'running',
      steps: job.steps.map((step) => ({ ...step, state: 'running', failure: null })),
    },
  })
  expect(page.text()).toContain('security group')
  expect(page.text()).not.toContain('let the ports through')
})

test('what ends the check of the ports otherwise is told as that, and not as closed ports', async () => {
  const { page } = await show(failedJob('port-range', blocked, report))
  await using _ = page
  const lost: Failure = {
    code: 'ssh-unreachable',
    params: { host: '120.1.1.2', port: 22, reason: 'ETIMEDOUT' },
    message: '',
    fixes: [{ action: 'retry' }],
  }
  await page.setProps({ job: failedJob('port-range', lost, report) })
  expect(page.text()).toContain('This needs you.')
  expect(page.text()).not.toContain('let the ports through')
  expect(page.get('[role=alert]').text()).toContain('120.1.1.2')
  expect(page.text()).not.toContain('security group')
})

test('where no port can be opened, one that is open already is offered, for private tunnels', async () => {
  const fixes = [{ action: 'use-port', port: 443 }] as const
  const { page, retries } = await show(failedJob('bridge', { ...blocked, fixes: [...fixes] }, report))
  await using _ = page
  expect(page.text()).toContain('tunnels for this laptop only need no other port')
  buttonCalled('Use 443').click()
  await flushPromises()
  expect(retries).toEqual([{ jobId: 'j1', bridgePort: 443 }])
})
