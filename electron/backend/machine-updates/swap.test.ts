import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { expect, test, vi } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import type { Workplace } from '../provisioning/jobs/workplace.ts'
import { Swap } from './swap.ts'

const options = { signal: new AbortController().signal }
/** Pauses take no time. */
const clock: Clock = { ...systemClock, now: () => 0, after: (_ms, call) => systemClock.after(0, call) }
const installed = {
  service: 'systemd',
  programPath: '/usr/bin/npc',
  folder: '/etc/npc',
  version: '1.0.0',
} as const

test('a word that does not arrive is said again, and nobody is asked for a code on the way', async () => {
  const asked: unknown[] = []
  const answers = [
    () => Promise.resolve({ exitCode: 0, stdout: '/var/tmp/nps-desktop-update.aB3\n', stderr: '' }),
    () => Promise.reject(new Error('the session is cut')),
    () => Promise.resolve({ exitCode: 1, stdout: '', stderr: '' }),
    () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '' }),
  ]
  const shell = {
    run: () => answers.shift()?.() ?? Promise.reject(new Error('nothing more was expected')),
    session: { address: { host: 'lab' } },
  }
  const workplace = standIn<Workplace>({
    owner: (_signal, asks) => {
      asked.push(asks?.asks)
      return Promise.resolve({ shell })
    },
    release: () => undefined,
  })
  const swap = await Swap.begin(
    workplace,
    { program: 'npc', installed, uploaded: '/tmp/npc' },
    { ...options, clock },
  )
  expect(await swap.decide('keep', 1_000, options.signal)).toBe(true)
  expect(asked).toEqual([undefined, false, false, false])
})

test('a laptop that slept past the end of the wait looks once more how it ended', async () => {
  const laptop = new ManualClock(0)
  let state = 'started'
  const shell = {
    run: (script: string) =>
      Promise.resolve({
        exitCode: 0,
        stdout: script.includes('mktemp') ? '/var/tmp/nps-desktop-update.aB3\n' : `${state}\n`,
        stderr: '',
      }),
    session: { address: { host: 'lab' } },
  }
  const workplace = standIn<Workplace>({ owner: () => Promise.resolve({ shell }), release: () => undefined })
  const swap = await Swap.begin(
    workplace,
    { program: 'npc', installed, uploaded: '/tmp/npc' },
    { ...options, clock: laptop },
  )
  const end = swap.until(['kept', 'undone'], 60_000, options.signal)
  await vi.waitFor(() => expect(laptop.waiting).toBe(1))
  state = 'kept'
  laptop.sleep(3_600_000)
  laptop.advance(0)
  expect(await end).toBe('kept')
})
