import { systemClock } from '@nps-desktop/relay-core/async'
import { silentLog } from '@nps-desktop/relay-core/log'
import { expect, test } from 'vitest'
import type { MachineSessions } from '../lab-sessions/machine-sessions.ts'
import type { TerminalRecord } from '../storage/records.ts'
import { Terminals } from './terminals.ts'

const machine = { kind: 'server', id: 's1' } as const
const { signal } = new AbortController()
const nothing = { [Symbol.dispose]: () => undefined }

/** The terminals of one server that lets nobody in, with a tab of an earlier run. */
function terminalsOf(rows: readonly TerminalRecord[]) {
  const asked: boolean[] = []
  const terminals = new Terminals({
    storage: {
      labs: { get: () => undefined },
      servers: { get: (id) => (id === 's1' ? {} : undefined) },
      settings: { get: () => ({ keepShells: true }) },
      terminals: { list: () => rows, put: () => undefined, delete: () => undefined },
      onChange: () => nothing,
    },
    sessions: {
      onSignedIn: () => nothing,
      use: (_machine, { asks = false }): ReturnType<MachineSessions['use']> => {
        asked.push(asks)
        return Promise.reject(new Error('it wants a code'))
      },
    },
    network: { onChange: () => nothing },
    clock: systemClock,
    log: silentLog,
  })
  return { terminals, asked }
}

test('what a server asks is put to whoever looks for its shells or ends one there', async () => {
  const { terminals, asked } = terminalsOf([])
  await expect(terminals.kept({ machine }, { signal })).rejects.toThrow('it wants a code')
  await expect(terminals.endKept({ machine, kept: 'tKept0001' }, { signal })).rejects.toThrow(
    'it wants a code',
  )
  expect(asked).toEqual([true, true])
  await terminals[Symbol.asyncDispose]()
})

test('nobody is asked for the sake of a shell whose tab is gone', async () => {
  const { terminals, asked } = terminalsOf([{ id: 'tKept0001', machine }])
  await terminals.close({ terminalId: 'tKept0001', end: true })
  await terminals[Symbol.asyncDispose]()
  expect(asked).toEqual([false])
})
