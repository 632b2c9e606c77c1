import type { Overview } from '@nps-desktop/electron/contract'
import { silentLog } from '@nps-desktop/relay-core/log'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { expect, test } from 'vitest'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { AppError } from '../failures/app-error.ts'
import type { Machines } from '../ssh/machines.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import { LabSessions } from './lab-sessions.ts'
import { MachineSessions } from './machine-sessions.ts'

const never = new AbortController().signal

/** A session as far as its sharing goes. */
class FakeSession {
  isOpen = true
  readonly #gone = Promise.withResolvers<null>()
  readonly closed = this.#gone.promise

  growBy(): void {}

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
    return Promise.resolve(standIn<SshSession>(session))
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
  } as Overview
  const all = new MachineSessions({ machines: { open }, overview: () => overview, clock, log: silentLog })
  return { labs: new LabSessions(all), all, clock, dialled, sessions }
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
  const { labs, all, dialled, sessions } = lab({ tunnel: null })
  using _lost = await labs.use('l1', { signal: never })
  sessions[0]?.close()
  using _anew = await labs.use('l1', { signal: never })
  expect(dialled).toHaveLength(2)
  labs.drop('l1')
  expect(sessions[1]?.isOpen).toBe(false)
  using _other = await labs.use('l1', { signal: never })
  expect(dialled).toHaveLength(3)
  all.close()
  expect(sessions[2]?.isOpen).toBe(false)
  await expect(labs.use('l1', { signal: never })).rejects.toMatchObject({ code: 'cancelled' })
})

/** A lab box that lets in only where a person is asked, and how it was dialled. */
function boxThatAsks() {
  const tries: boolean[] = []
  const signedIn: string[] = []
  const sessions: FakeSession[] = []
  const gates: PromiseWithResolvers<void>[] = []
  const open: Machines['open'] = async (_ref, { asks = false }) => {
    tries.push(asks)
    const gate = Promise.withResolvers<void>()
    gates.push(gate)
    await gate.promise
    const params = { host: 'lab', user: 'a', prompt: 'Code:' }
    if (!asks) throw new AppError('second-factor-needed', 'The lab box asks.', params)
    const session = new FakeSession()
    sessions.push(session)
    return standIn<SshSession>(session)
  }
  const overview = () => ({ labs: [], servers: [], tunnels: [] })
  const all = new MachineSessions({ machines: { open }, overview, clock: new ManualClock(), log: silentLog })
  const labs = new LabSessions(all)
  labs.onSignedIn((labId) => signedIn.push(labId))
  return { labs, all, tries, signedIn, sessions, goOn: () => gates.shift()?.resolve() }
}

test('a lab box that has a question is tried without a person once, and one answer serves all', async () => {
  const { labs, all, tries, signedIn, sessions, goOn } = boxThatAsks()
  const poll = labs.use('l1', { signal: never })
  goOn()
  const needed = { code: 'second-factor-needed', fixes: [{ action: 'sign-in', labId: 'l1' }] }
  await expect(poll).rejects.toMatchObject(needed)
  await expect(labs.use('l1', { signal: never })).rejects.toMatchObject(needed)
  expect(tries).toEqual([false])

  const person = labs.signIn({ labId: 'l1' }, { signal: never })
  const meanwhile = labs.use('l1', { signal: never })
  goOn()
  await person
  using _meanwhile = await meanwhile
  using _later = await labs.use('l1', { signal: never })
  expect([tries, signedIn]).toEqual([[false, true], ['l1']])
  sessions[0]?.close()
  all.close()
})

test('a person who comes while it is tried without one is asked after that', async () => {
  const { labs, all, tries, goOn } = boxThatAsks()
  const poll = labs.use('l1', { signal: never })
  const person = labs.use('l1', { signal: never, asks: true })
  goOn()
  await expect(poll).rejects.toMatchObject({ code: 'second-factor-needed' })
  goOn()
  using _person = await person
  expect(tries).toEqual([false, true])
  all.close()
})

test('who waits for a session that is dropped while it opens gets the next', async () => {
  const { labs, dialled, sessions } = lab({ tunnel: null })
  const waiting = labs.use('l1', { signal: never })
  labs.drop('l1')
  using got = await waiting
  expect(got.session.isOpen).toBe(true)
  expect(dialled).toHaveLength(2)
  expect(sessions[0]?.isOpen).toBe(false)
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
