import { silentLog } from '@nps-desktop/relay-core/log'
import { RelayError } from '@nps-desktop/relay-core/api'
import { desktopContract } from '@nps-desktop/electron/contract'
import { isContractProcedure } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { expect, test } from 'vitest'
import { AppError } from '../failures/app-error.ts'
import { createRouter, type DesktopHandlers } from './desktop-router.ts'

/** Each call of the contract answered by the same function. */
function handlersOf(contract: unknown, handler: unknown): unknown {
  if (isContractProcedure(contract)) return handler
  const entries = Object.entries(contract as object)
  return Object.fromEntries(entries.map(([name, member]) => [name, handlersOf(member, handler)]))
}

function clientOf(handler: (...parameters: unknown[]) => unknown, log = silentLog) {
  return createRouterClient(createRouter(handlersOf(desktopContract, handler) as DesktopHandlers, log))
}

function failing(error: unknown) {
  return clientOf(() => {
    throw error
  })
}

test('a coded failure reaches the page whole', async () => {
  const error = new AppError(
    'port-in-use',
    'taken',
    { host: 'srv', port: 8024, free: 8025 },
    { fixes: [{ action: 'use-port', port: 8025 }] },
  )
  await expect(failing(error).trial.stop({})).rejects.toMatchObject({
    code: 'FAILED',
    defined: true,
    data: {
      failure: {
        code: 'port-in-use',
        message: 'taken',
        params: { host: 'srv', port: 8024, free: 8025 },
        fixes: [{ action: 'use-port', port: 8025 }],
      },
    },
  })
})

test('a relay’s failure keeps its code; a cancelled call is `cancelled`; a bug is `internal` and logged', async () => {
  const lines: string[] = []
  const log = { ...silentLog, error: (message: string) => void lines.push(message) }
  await expect(failing(new RelayError('no-free-port', 'none', {})).trial.stop({})).rejects.toMatchObject({
    data: { failure: { code: 'no-free-port' } },
  })
  await expect(failing(new DOMException('gone', 'AbortError')).trial.stop({})).rejects.toMatchObject({
    data: { failure: { code: 'cancelled' } },
  })
  const buggy = clientOf(() => {
    throw new TypeError('x is not a function')
  }, log)
  await expect(buggy.trial.stop({})).rejects.toMatchObject({ data: { failure: { code: 'internal' } } })
  expect(lines).toHaveLength(1)
})

test('a feed that fails midway fails with its code, too', async () => {
  const client = clientOf(async function* () {
    yield await Promise.resolve([])
    throw new AppError('storage-failed', 'disk', { path: '/data', reason: 'EIO' })
  })
  const feed = await client.activity.watch({})
  expect((await feed.next()).value).toEqual([])
  await expect(feed.next()).rejects.toMatchObject({ data: { failure: { code: 'storage-failed' } } })
})

test('an answer that does not fit the contract never reaches the page', async () => {
  const client = clientOf(() => ({ tunnelId: 7 }))
  await expect(client.tunnels.addPreset({ labId: 'l', kind: 'ssh' })).rejects.toThrow(/output validation/i)
})
