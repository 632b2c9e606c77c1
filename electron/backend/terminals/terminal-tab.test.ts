import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import type { TerminalState } from '@nps-desktop/electron/contract'
import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { standIn } from '@nps-desktop/relay-core/testing/stand-in'
import { AppError } from '../failures/app-error.ts'
import type { MachineSessions } from '../lab-sessions/machine-sessions.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import { TerminalTab } from './terminal-tab.ts'

const unreachable = new AppError('ssh-timeout', 'no answer', { host: 'h', port: 22, seconds: 10 })

/** A tab whose shell is kept on the lab box, with the sessions that `use` gives. */
function keptTab(
  { use, clock }: { use: MachineSessions['use']; clock: ManualClock },
  onState: (state: TerminalState) => void,
): TerminalTab {
  return new TerminalTab({
    id: 'tAbc1234567',
    machine: { kind: 'lab', id: 'lab' },
    size: { cols: 80, rows: 24 },
    isKept: true,
    sessions: { use },
    clock,
    wantsKept: () => true,
    onChange: ({ value: { state } }) => onState(state),
  })
}

/** A tab whose lab box cannot be signed in to, for the reason that `fail` gives. */
function tabOf(fail: () => AppError) {
  const clock = new ManualClock()
  const states: TerminalState[] = []
  const waiting: ((state: TerminalState) => void)[] = []
  let tries = 0
  const use = async () => {
    tries++
    throw fail()
  }
  const tab = keptTab({ use, clock }, (state) => {
    states.push(state)
    if (state.state === 'failed' || (state.state === 'lost' && state.retryAtMs !== null))
      waiting.shift()?.(state)
  })
  const settled = (): Promise<TerminalState> => new Promise((resolve) => waiting.push(resolve))
  return { clock, tab, settled, tries: () => tries }
}

it('tries again after 1, 2, 4, 8, then every 15 s, and at once when the network is another', async () => {
  const { clock, tab, settled, tries } = tabOf(() => unreachable)
  let lost = settled()
  tab.start({ asks: true })
  for (const seconds of [1, 2, 4, 8, 15, 15]) {
    const state = await lost
    expect(state).toMatchObject({ retryAtMs: clock.now() + seconds * 1_000 })
    lost = settled()
    clock.advance(seconds * 1_000)
  }
  await lost
  lost = settled()
  const before = tries()
  tab.hurry({ asks: false })
  await lost
  expect(tries()).toBe(before + 1)
  await tab.close()
  expect(clock.waiting).toBe(0)
})

it('does not try again by itself what a person has to put right', async () => {
  const changed = new AppError('host-key-changed', 'another key', { host: 'h', port: 22, expected: 'a' })
  const { clock, tab, settled, tries } = tabOf(() => changed)
  const failed = settled()
  tab.start({ asks: true })
  expect(await failed).toMatchObject({ state: 'failed', failure: { code: 'host-key-changed' } })
  tab.hurry({ asks: false })
  expect(clock.waiting).toBe(0)
  expect(tries()).toBe(1)
  await tab.close()
})

/** The near end of a shell's channel that says no more than this. */
class ShellChannel extends PassThrough {
  readonly stderr = new PassThrough()

  constructor(first: string) {
    super()
    this.push(first)
  }

  close(): void {
    this.destroy()
  }

  setWindow(): void {}
}

/** Of a kept shell: what is typed is swallowed until the connection breaks off. */
class SilentShell extends ShellChannel {
  #isReady = false

  constructor(nonce: string) {
    super(`[${nonce} tmux\r\n[${nonce} ready\r\n`)
  }

  override _transform(_typed: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // the empty line is what it waits for
    if (!this.#isReady) this.push('$ ')
    this.#isReady = true
    done()
  }
}

/** As much of a session as a terminal uses. */
function sessionOf(openChannel: (command: string) => ShellChannel, closed: Promise<AppError>): SshSession {
  const session = {
    isOpen: false,
    isWindows: false,
    address: { host: 'h', port: 22, user: 'goudan' },
    closed,
    terminal: async (command: string | null) => ({
      channel: openChannel(command ?? ''),
      connection: session,
    }),
  }
  return standIn<SshSession>(session)
}

it('does not wait for ever for an account that begins no shell', async () => {
  const clock = new ManualClock()
  const opened = Promise.withResolvers<void>()
  const channel = new ShellChannel('Welcome to lab-a100\r\n')
  const session = sessionOf(
    () => {
      opened.resolve()
      return channel
    },
    new Promise(() => undefined),
  )
  const lost = Promise.withResolvers<TerminalState>()
  const use = async () => ({ session, [Symbol.dispose]: () => undefined })
  const tab = keptTab({ use, clock }, (state) => {
    if (state.state === 'lost' && state.retryAtMs !== null) lost.resolve(state)
  })
  tab.start({ asks: true })
  await opened.promise
  // the shell is waited for from the next turn on
  await new Promise(setImmediate)
  clock.advance(30_000)
  expect(await lost.promise).toMatchObject({ failure: { code: 'ssh-timeout' } })
  expect(channel.destroyed).toBe(true)
  await tab.close()
  expect(clock.waiting).toBe(0)
})

it('says how much was typed after the last answer when the connection turns out to be dead', async () => {
  const gone = Promise.withResolvers<AppError>()
  const session = sessionOf((command) => {
    shell = new SilentShell(/\[(\w+) ready/.exec(command)?.[1] ?? '')
    return shell
  }, gone.promise)
  let shell: SilentShell | undefined
  const lost = Promise.withResolvers<TerminalState>()
  const clock = new ManualClock()
  let tries = 0
  const use = async () => {
    if (tries++ > 0) throw unreachable
    return { session, [Symbol.dispose]: () => undefined }
  }
  const tab = keptTab({ use, clock }, (state) => {
    if (state.state === 'lost' && state.retryAtMs !== null) lost.resolve(state)
  })
  tab.start({ asks: true })
  const stop = new AbortController()
  const shown = tab.read(null, stop.signal)
  expect((await shown.next()).value?.text).toBe('$ ')
  await tab.write('make')
  await tab.write(' test')
  gone.resolve(new AppError('ssh-lost', 'broke off', { host: 'h', reason: '' }))
  shell?.destroy()
  expect(await lost.promise).toMatchObject({ unanswered: 9 })
  stop.abort()
  await shown.return()
  await tab.close()
})
