import { silentLog } from '@nps-desktop/relay-core/log'
import { systemClock } from '@nps-desktop/relay-core/async'
import { expect, test } from 'vitest'
import type { MachineSessions } from '../lab-sessions/machine-sessions.ts'
import type { ExecOptions, SshSession } from '../ssh/ssh-session.ts'
import type { ServerRecord } from '../storage/records.ts'
import { WaitingUpdates } from './waiting-updates.ts'

const hourMs = 60 * 60_000
const printed = `@@system
"Debian GNU/Linux 12"
@@apt
Inst libssl3 [3.0.2-1] (3.0.2-2 Debian-Security:12/stable-security [amd64])
@@listed
@@end
`

/** A session on which every script prints `text`. */
function sessionThatPrints(text: string): SshSession {
  const session: Pick<SshSession, 'address' | 'exec'> = {
    address: { host: 'h', port: 22, user: 'root' },
    exec: async (_command: string, { stdin, answer }: ExecOptions) => {
      let first = ''
      for await (const chunk of stdin) first ||= Buffer.from(chunk).toString()
      const [nonce = ''] = first.split('\n')
      for (const [stream, said] of [
        [answer.stdout, text],
        [answer.stderr, ''],
      ] as const)
        stream.push(Buffer.from(`[${nonce}\n${said}${nonce}] 0\n`))
      return 0
    },
  }
  return session as SshSession
}

function withServer(host: string | null) {
  const asked: { asks: boolean; of: string }[] = []
  const machine = { text: printed as string | null, host, nowMs: 1e12 }
  const updates = new WaitingUpdates({
    storage: {
      servers: {
        get: (id) =>
          ({ id, address: machine.host && { host: machine.host, port: 22, user: 'root' } }) as ServerRecord,
      },
    },
    sessions: {
      use: async (ref, { asks = false }): ReturnType<MachineSessions['use']> => {
        asked.push({ asks, of: `${ref.kind} ${ref.id}` })
        if (machine.text === null) throw new Error('no machine')
        return { session: sessionThatPrints(machine.text), [Symbol.dispose]: () => undefined }
      },
    },
    clock: { ...systemClock, now: () => machine.nowMs },
    log: silentLog,
  })
  return { updates, asked, machine, read: () => updates.read({ serverId: 's1' }) }
}

test('a server that cannot be asked is asked once for all who want to know, and again after a while; nobody is asked for a code', async () => {
  const { updates, asked, machine, read } = withServer('h')
  machine.text = null
  expect(await Promise.all([read(), read()])).toEqual([{ updates: null }, { updates: null }])
  expect(await read()).toEqual({ updates: null })
  expect(asked).toEqual([{ asks: false, of: 'server s1' }])
  machine.nowMs += hourMs
  await read()
  expect(asked).toHaveLength(2)
  await updates.close()
})

test('what was read stays known, with its time, while a later look fails; of another machine it is forgotten', async () => {
  const { asked, machine, read } = withServer('h')
  const first = await read()
  expect(first.updates).toMatchObject({ system: 'Debian GNU/Linux 12', packages: ['libssl3'], atMs: 1e12 })
  machine.text = null
  machine.nowMs += 7 * hourMs
  expect(await read()).toEqual(first)
  expect(asked).toHaveLength(2)
  machine.host = 'another'
  expect(await read()).toEqual({ updates: null })
})

test('one without a sign-in is not asked', async () => {
  const { asked, read } = withServer(null)
  expect(await read()).toEqual({ updates: null })
  expect(asked).toEqual([])
})
