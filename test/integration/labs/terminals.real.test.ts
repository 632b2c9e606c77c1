import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Terminal, TerminalState } from '@nps-desktop/electron/contract'
import { systemClock } from '@nps-desktop/relay-core/async'
import { silentLog } from '@nps-desktop/relay-core/log'
import type { SessionUse } from '../../../electron/backend/lab-sessions/shared-session.ts'
import { RemoteShell } from '../../../electron/backend/ssh/shell/remote-shell.ts'
import type { SshSession } from '../../../electron/backend/ssh/ssh-session.ts'
import type { TerminalRecord } from '../../../electron/backend/storage/records.ts'
import { Terminals } from '../../../electron/backend/terminals/terminals.ts'
import { type LocalSshd, sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'
import { signInTo } from '../../harness/sign-in-to.ts'

const size = { cols: 100, rows: 30 }
const machine = { kind: 'lab', id: 'lab' } as const
/** Two words that only the shell puts together: what is typed is echoed too. */
const say = (word: string): string => `printf '%s-%s\\n' said ${word}\r`

describe.runIf(existsSync(sshdPath) && existsSync('/usr/bin/tmux'))('terminals on a real sshd', () => {
  let sshd: LocalSshd
  let hurry: () => void = () => undefined
  const never = new AbortController().signal
  const signIn = (): Promise<SshSession> =>
    signInTo(
      { host: sshd.host, port: sshd.port, user: sshd.user },
      { kind: 'key', key: sshd.privateKey },
      { signal: never },
    )
  /** With start-up files of nobody, and not among the shells that whoever runs the test keeps on this computer. */
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'nps-home-'))
    sshd = await startLocalSshd({ config: [`SetEnv HOME=${home} TMUX_TMPDIR=${home}`] })
  })
  afterAll(async () => {
    const session = await signIn()
    await new RemoteShell(session).run('tmux -L nps-desktop kill-server', { signal: never })
    session.close()
    await sshd.close()
    await rm(home, { recursive: true })
  })

  function openTerminals({ keepShells = true, rows = new Map<string, TerminalRecord>() } = {}): Terminals {
    const sessions: SshSession[] = []
    const terminals = new Terminals({
      storage: {
        labs: { get: (id) => (id === 'lab' ? {} : undefined) },
        servers: { get: () => undefined },
        settings: { get: () => ({ keepShells }) },
        terminals: {
          list: () => [...rows.values()],
          put: (row) => void rows.set(row.id, row),
          delete: (id) => void rows.delete(id),
        },
        onChange: () => ({ [Symbol.dispose]: () => undefined }),
      },
      sessions: {
        onSignedIn: () => ({ [Symbol.dispose]: () => undefined }),
        use: async (): Promise<SessionUse> => {
          const session = await signIn()
          sessions.push(session)
          return { session, [Symbol.dispose]: () => session.close() }
        },
      },
      network: {
        onChange: (listener) => {
          hurry = listener
          return { [Symbol.dispose]: () => undefined }
        },
      },
      clock: systemClock,
      log: silentLog,
    })
    onTestFinished(async () => {
      await terminals[Symbol.asyncDispose]()
      for (const session of sessions) session.close()
    })
    return terminals
  }

  async function until(
    terminals: Terminals,
    state: TerminalState['state'],
    isIt: (terminal: Terminal) => boolean = () => true,
  ): Promise<Terminal> {
    for await (const all of terminals.watch(AbortSignal.timeout(30_000))) {
      const found = all.find((terminal) => terminal.state.state === state && isIt(terminal))
      if (found) return found
    }
    throw new Error(`no terminal came to be ${state}`)
  }

  /** A page: shows what comes, and says how far it is. */
  class Page {
    shown = ''
    units = 0
    readonly #stop = new AbortController()
    readonly #waiting = new Set<() => void>()

    constructor(terminals: Terminals, terminalId: string) {
      onTestFinished(() => this.close())
      void (async () => {
        for await (const piece of terminals.output(
          { terminalId, from: null },
          { signal: this.#stop.signal },
        )) {
          this.units += piece.text.length
          this.shown = (piece.reset ? '' : this.shown).slice(-100_000) + piece.text
          terminals.acknowledge({ terminalId, place: piece.place })
          for (const tell of this.#waiting) tell()
        }
      })()
    }

    close(): void {
      this.#stop.abort()
    }

    async until(isThere: () => boolean): Promise<void> {
      const deadline = AbortSignal.timeout(30_000)
      while (!isThere()) {
        if (deadline.aborted)
          throw new Error(`never shown; the last of it:\n${JSON.stringify(this.shown.slice(-4_000))}`)
        await new Promise<void>((resolve) => {
          const done = (): void => {
            this.#waiting.delete(done)
            deadline.removeEventListener('abort', done)
            resolve()
          }
          this.#waiting.add(done)
          deadline.addEventListener('abort', done)
        })
      }
    }

    saw(text: string | RegExp): Promise<void> {
      return this.until(() => (typeof text === 'string' ? this.shown.includes(text) : text.test(this.shown)))
    }
  }

  it('shows what a shell prints, and takes what is typed and another size', async () => {
    const terminals = openTerminals({ keepShells: false })
    const { terminalId } = terminals.open({ machine, size })
    const page = new Page(terminals, terminalId)
    expect(await until(terminals, 'open')).toMatchObject({ keeper: 'unwanted', user: sshd.user })
    expect(await terminals.write({ terminalId, text: say('hello') })).toEqual({ taken: true })
    await page.saw('said-hello')
    terminals.resize({ terminalId, size: { cols: 77, rows: 21 } })
    await terminals.write({ terminalId, text: 'stty size\r' })
    await page.saw('21 77')
    await terminals.write({ terminalId, text: 'exit 3\r' })
    const ended = await until(terminals, 'ended')
    expect(ended.state).toMatchObject({ why: 'exit', exitCode: 3 })
    expect(await terminals.write({ terminalId, text: 'x' })).toEqual({ taken: false })
  })

  it('ends a shell that nobody keeps with its connection, and starts another in its place', async () => {
    const terminals = openTerminals({ keepShells: false })
    const { terminalId } = terminals.open({ machine, size })
    const page = new Page(terminals, terminalId)
    await until(terminals, 'open')
    sshd.cut()
    expect((await until(terminals, 'ended')).state).toMatchObject({ why: 'connection' })
    terminals.startAgain({ terminalId })
    await until(terminals, 'open')
    await terminals.write({ terminalId, text: say('again') })
    await page.saw('said-again')
  })

  it('goes on in the same shell after a cut, and after a restart of the app', async () => {
    const rows = new Map<string, TerminalRecord>()
    const first = openTerminals({ rows })
    const { terminalId } = first.open({ machine, size })
    const page = new Page(first, terminalId)
    expect(await until(first, 'open')).toMatchObject({ keeper: 'tmux' })
    await first.write({ terminalId, text: 'word=kept; for i in $(seq 1 60); do echo line-$i; done\r' })
    await page.saw('line-60')
    sshd.cut()
    await until(first, 'lost')
    expect(await first.write({ terminalId, text: 'x' })).toEqual({ taken: false })
    hurry()
    await until(first, 'open')
    await first.write({ terminalId, text: say('$word') })
    await page.saw('said-kept')
    await first[Symbol.asyncDispose]()

    const second = openTerminals({ rows })
    expect(await until(second, 'resting')).toMatchObject({ id: terminalId, keeper: 'tmux' })
    const after = new Page(second, terminalId)
    await until(second, 'open')
    // what had left the screen comes first
    await after.saw('line-7')
    await second.write({ terminalId, text: `clear; ${say('$word-still')}` })
    await after.saw('said-kept-still')
    // another computer, or the same shell in another window
    const third = openTerminals()
    expect(await third.kept({ machine }, { signal: never })).toMatchObject([{ id: terminalId }])
    third.open({ machine, size, kept: terminalId })
    await until(third, 'open')
    expect((await until(second, 'ended')).state).toMatchObject({ why: 'taken' })
    await third.close({ terminalId, end: true })
  })

  it('tells that a kept shell has ended while there was no connection', async () => {
    const terminals = openTerminals()
    const { terminalId } = terminals.open({ machine, size })
    await until(terminals, 'open')
    sshd.cut()
    await until(terminals, 'lost')
    await openTerminals().endKept({ machine, kept: terminalId }, { signal: never })
    terminals.tryNow({ terminalId })
    expect((await until(terminals, 'ended')).state).toMatchObject({ why: 'gone' })
  })

  /** Says `held` once `yes` on the far side has not got rid of another byte for a while. */
  async function blocked(): Promise<string> {
    const session = await signIn()
    onTestFinished(() => session.close())
    const script = `
pid=$(pgrep -nf '^yes nps-held$'); last=; i=0
while [ $i -lt 100 ]; do
  now=$(grep wchar "/proc/$pid/io"); [ "$now" = "$last" ] && { echo held; exit 0; }
  last=$now; i=$((i+1)); sleep 0.2
done
echo "$last"`
    return await new RemoteShell(session).output(script, { signal: never })
  }

  it('is held back by a page that reads slowly, and answers what is typed meanwhile', async () => {
    const terminals = openTerminals({ keepShells: false })
    const { terminalId } = terminals.open({ machine, size })
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const feed = terminals.output({ terminalId, from: null }, { signal: stop.signal })
    await until(terminals, 'open')
    await terminals.write({ terminalId, text: 'yes nps-held\r' })
    let units = 0
    // shows, and does not say that it has shown
    while (units < 200_000) units += (await feed.next()).value?.text.length ?? 0
    expect(await blocked()).toBe('held\n')
    stop.abort()

    const page = new Page(terminals, terminalId)
    await page.until(() => page.units > 20_000_000)
    // only the end of it is kept: a page that comes later begins there
    const late = terminals.output({ terminalId, from: null }, { signal: never })
    const { value: kept } = await late.next()
    await late.return()
    expect((kept?.place.offset ?? 0) - (kept?.text.length ?? 0)).toBeGreaterThan(19_000_000)
    await terminals.write({ terminalId, text: '\u0003' })
    await terminals.write({ terminalId, text: say('answered') })
    await page.saw('said-answered')
  })
})
