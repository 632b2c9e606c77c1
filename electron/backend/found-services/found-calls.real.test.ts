import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundLook, FoundService } from '@nps-desktop/electron/contract'
import { freePort } from '@nps-desktop/relay-core/testing/free-port'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
const notebooks: ChildProcess[] = []
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(async () => {
  for (const notebook of notebooks.splice(0)) notebook.kill('SIGKILL')
  await bed.close()
})

/** A program that is called as Jupyter is, and answers as it does. */
async function startNotebook(port: number): Promise<ChildProcess> {
  const script = join(bed.folder, 'lab.mjs')
  await writeFile(
    script,
    `import { createServer } from 'node:http'
    const answer = (_, response) => response.setHeader('content-type', 'application/json').end('{"version":"2.14.1"}')
    createServer(answer).listen(${port}, '127.0.0.1', () => console.log('listens'))`,
  )
  const child = spawn(process.execPath, [script], {
    argv0: 'jupyter-lab',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  notebooks.push(child)
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(20_000) })
  return child
}

async function lookWhere(labId: string, isSo: (look: FoundLook) => boolean): Promise<FoundLook> {
  for await (const look of await bed.app.found.watch({ labId })) if (isSo(look)) return look
  throw new Error('the feed ended')
}

async function foundOn(labId: string, port: number): Promise<FoundService | undefined> {
  const isThere = (look: FoundLook): boolean =>
    look.state === 'read' && look.services.some((one) => one.port === port)
  const look = await lookWhere(labId, isThere)
  return look.state === 'read' ? look.services.find((one) => one.port === port) : undefined
}

test('a notebook that runs on a lab box gets its tunnel by one click, which follows when it has moved to another port', async () => {
  const { labId } = await bed.readyTunnel()
  const [first, second] = [await freePort(), await freePort()]
  const notebook = await startNotebook(first)
  expect(await foundOn(labId, first)).toMatchObject({ name: 'Jupyter', kind: 'jupyter', isMine: true })
  const { tunnelId } = await bed.app.found.add({ labId, port: first })
  const made = await bed.tunnelWhere(({ id, status }) => id === tunnelId && status.state === 'ready')
  expect(made).toMatchObject({ kind: 'jupyter', reach: 'laptop', target: `127.0.0.1:${first}` })

  notebook.kill('SIGKILL')
  await startNotebook(second)
  await foundOn(labId, second)
  await bed.app.found.lead({ labId, port: second, tunnelId })
  const moved = await bed.tunnelWhere(
    ({ id, target, status }) =>
      id === tunnelId && target === `127.0.0.1:${second}` && status.state === 'ready',
  )
  // whoever has its address keeps it
  expect(moved.port).toBe(made.port)
  const answer = await fetch(new URL('/api', moved.address))
  expect(await answer.json()).toEqual({ version: '2.14.1' })
  const nobodys = await freePort()
  await expect(bed.app.found.lead({ labId, port: nobodys, tunnelId })).rejects.toMatchObject({
    data: { failure: { code: 'not-found' } },
  })
}, 120_000)

test('a lab box at which the app is told not to look is not looked at, also by the next start of the app', async () => {
  const { labId } = await bed.readyTunnel()
  const port = await freePort()
  await startNotebook(port)
  await foundOn(labId, port)
  await bed.app.found.setOn({ labId, isOn: false })
  await lookWhere(labId, ({ state }) => state === 'off')
  await bed.app.found.lookNow({ labId })
  await lookWhere(labId, ({ state }) => state === 'off')
  await expect(bed.app.found.add({ labId, port })).rejects.toMatchObject({
    data: { failure: { code: 'not-found' } },
  })

  await bed.backend.close()
  await bed.openApp()
  await bed.overviewWhere(({ labs }) => labs[0]?.state.state === 'online')
  expect((await lookWhere(labId, () => true)).state).toBe('off')
  await bed.app.found.setOn({ labId, isOn: true })
  expect(await foundOn(labId, port)).toMatchObject({ name: 'Jupyter' })
}, 120_000)
