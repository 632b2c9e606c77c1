import type { Overview } from '@nps-desktop/electron/contract'
import { silentLog } from '@nps-desktop/relay-core/log'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { expect, test } from 'vitest'
import { AppError } from '../failures/app-error.ts'
import type { Machines } from '../ssh/machines.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import { LabSessions } from './lab-sessions.ts'

const never = new AbortController().signal

/** A session as far as its sharing goes. */
class FakeSession {
  isOpen = true
  readonly #gone = Promise.withResolvers<null>()
  readonly closed = this.#gone.promise

  close(): void {
    this.isOpen = false
    this.#gone.resolve(null)
  }
}

/** A lab box with an SSH tunnel in the given state, and what was dialled: a tunnel's near end, or the box's own address. */
function lab({ tunnel, broken = [] }: { tunnel: 'ready' | 'broken' | null; broken?: readonly string[] }) {
  const clock = new ManualClock()
  const dialled: string[] = []
  const sessions: FakeSession[] = []
  const open: Machines['open'] = (_ref, { signal, by }) => {
    const way = by ? `${by.host}:${by.port}` : 'address'
    dialled.push(way)
    if (broken.includes(way))
      return Promise.reject(
        new AppError('ssh-refused', 'Nothing listens there.', { host: '127.0.0.1', port: 7001 }),
      )
    const session = new FakeSession()
    sessions.push(session)
    signal.addEventListener('abort', () => session.close())
    return Promise.resolve(session as unknown as SshSession)
  }
  const tunnels =
    tunnel === null
      ? []
      : [
          {
            labId: 'l1',
            kind: 'ssh',
            target: '127.0.0.1:22',
            reach: 'laptop',
            port: 7001,
            status: { state: tunnel },
          },
        ]
  const overview = {
    labs: [{ id: 'l1', serverId: 's1' }],
    servers: [{ id: 's1', relay: { host: '203.0.113.7' } }],
    tunnels,
  } as unknown as Overview
  const labs = new LabSessions({ machines: { open }, overview: () => overview, clock, log: silentLog })
  return { labs, clock, dialled, sessions }
}

test('one session serves all that is done on a lab box, and is kept for a minute after', async () => {
  const { labs, clock, dialled, sessions } = lab({ tunnel: null })
  const [first, second] = await Promise.all([
    labs.use('l1', { signal: never }),
    labs.use('l1', { signal: never }),
  ])
  expect(first.session).toBe(second.session)
  first[Symbol.dispose]()
  second[Symbol.dispose]()
  second[Symbol.dispose]()
  clock.advance(59_000)
  const third = await labs.use('l1', { signal: never })
  expect(dialled).toEqual(['address'])
  clock.advance(120_000)
  expect(sessions[0]?.isOpen).toBe(true)
  third[Symbol.dispose]()
  clock.advance(60_000)
  expect(sessions[0]?.isOpen).toBe(false)
  expect(clock.waiting).toBe(0)
  using _again = await labs.use('l1', { signal: never })
  expect(dialled).toHaveLength(2)
})

test('its own SSH tunnel is the way where it is ready, else its address', async () => {
  const ready = lab({ tunnel: 'ready' })
  using _one = await ready.labs.use('l1', { signal: never })
  expect(ready.dialled).toEqual(['127.0.0.1:7001'])

  const unsure = lab({ tunnel: 'broken' })
  using _two = await unsure.labs.use('l1', { signal: never })
  expect(unsure.dialled).toEqual(['address'])

  const wrong = lab({ tunnel: 'ready', broken: ['127.0.0.1:7001'] })
  using _three = await wrong.labs.use('l1', { signal: never })
  expect(wrong.dialled).toEqual(['127.0.0.1:7001', 'address'])
})

test('a session that is lost, or whose box has another sign-in now, is opened anew', async () => {
  const { labs, dialled, sessions } = lab({ tunnel: null })
  using _lost = await labs.use('l1', { signal: never })
  sessions[0]?.close()
  using _anew = await labs.use('l1', { signal: never })
  expect(dialled).toHaveLength(2)
  labs.drop('l1')
  expect(sessions[1]?.isOpen).toBe(false)
  using _other = await labs.use('l1', { signal: never })
  expect(dialled).toHaveLength(3)
  labs.close()
  expect(sessions[2]?.isOpen).toBe(false)
  await expect(labs.use('l1', { signal: never })).rejects.toMatchObject({ code: 'cancelled' })
})

test('who calls off while it opens leaves it to the others, and the last one ends it', async () => {
  const { labs, sessions } = lab({ tunnel: null })
  const stop = new AbortController()
  const leaving = labs.use('l1', { signal: stop.signal })
  const staying = labs.use('l1', { signal: never })
  stop.abort()
  await expect(leaving).rejects.toMatchObject({ code: 'cancelled' })
  using stayed = await staying
  expect(stayed.session.isOpen).toBe(true)
  expect(sessions).toHaveLength(1)
})
