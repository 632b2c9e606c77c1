import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SharedFolders } from '@nps-desktop/relay-core/agent'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppAndRelay } from '../../testing/app-and-relay.ts'

let bed: AppAndRelay
beforeEach(async () => {
  bed = await AppAndRelay.start()
})
afterEach(() => bed.close())

/** Neighbours, which port 0 does not give; below those that it does give. */
const first = 24_601

test('a range is a tunnel for each port; where one of them is taken there is none, and they can be taken back at once', async () => {
  const { labId } = await bed.readyTunnel()
  const pairs = [0, 1, 2].map((index) => ({ port: first + index, target: bed.target }))
  const wish = { labId, kind: 'tcp', reach: 'anyone', name: 'Game', settings: {}, limits: {}, pairs } as const

  const other = createServer()
  await new Promise<void>((resolve) => other.listen(first + 2, '127.0.0.1', resolve))
  await expect(bed.app.tunnelValues.addRange(wish)).rejects.toMatchObject({
    data: { failure: { params: { port: (other.address() as AddressInfo).port } } },
  })
  await bed.overviewWhere(({ tunnels }) => tunnels.length === 1)
  await new Promise((resolve) => other.close(resolve))

  const { tunnelIds } = await bed.app.tunnelValues.addRange(wish)
  const names = new Set(pairs.map(({ port }) => `Game ${port}`))
  const { tunnels } = await bed.overviewWhere(
    (overview) =>
      overview.tunnels.filter(({ name, status }) => names.has(name) && status.state === 'ready').length === 3,
  )
  expect(tunnels.filter(({ id }) => tunnelIds.includes(id)).map(({ port }) => port)).toEqual(
    pairs.map(({ port }) => port),
  )
  // one that is gone already does not stop the others
  await bed.app.tunnelValues.takeBack({ tunnelIds: [`${tunnelIds[0]}0000`, ...tunnelIds] })
  await bed.overviewWhere((overview) => overview.tunnels.length === 1)
  // their ports are free again: nothing waits for an Undo
  await bed.app.tunnelValues.takeBack(await bed.app.tunnelValues.addRange(wish))
  // whoever gives up has changed nothing, and nothing is told of it
  await bed.activityWhere((lines) => !lines.some(({ params }) => names.has(String(params['tunnel']))))
}, 60_000)

test('a folder is shown once npc shares it, and until then the tunnel says what to share', async () => {
  const { labId } = await bed.readyTunnel()
  const shared = join(bed.folder, 'results')
  await mkdir(shared)
  await writeFile(join(shared, 'loss.csv'), '1,2\n')
  const { tunnelId } = await bed.app.tunnelValues.add({
    labId,
    kind: 'file',
    reach: 'anyone',
    name: 'Results',
    target: '',
    settings: { folder: shared },
    limits: {},
  })
  const { status } = await bed.tunnelWhere(({ id, status: now }) => id === tunnelId && now.state === 'broken')
  // the app has not set this npc up, so that there is nothing to press but Copy
  expect(status).toMatchObject({
    stop: 'service',
    failure: {
      code: 'folder-not-shared',
      params: { lab: 'a100', folder: shared },
      fixes: [{ action: 'copy', text: `-share=${shared}` }, { action: 'retry' }],
    },
  })
  await bed.agent?.close()
  await bed.startAgent(await bed.vkeyOf(labId), { shared: new SharedFolders([shared]) })
  const { address } = await bed.tunnelWhere(({ id, status: now }) => id === tunnelId && now.state === 'ready')
  expect(await (await fetch(`${address}/loss.csv`)).text()).toBe('1,2\n')
}, 60_000)
