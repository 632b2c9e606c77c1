import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FoundLook, FoundService } from '@nps-desktop/electron/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { App, story } from '../harness/app.ts'
import { Bed } from '../testbed/bed.ts'
import { startJupyter, startTensorBoard } from '../testbed/machines/bed-services.ts'

/** Where `npm run build:relay` puts the programs. */
const programs = process.env['NPS_PROGRAMS'] ?? join(import.meta.dirname, '../../build/out')

let bed: Bed
let app: App
let labId: string

/** A server and a lab box on which a researcher's notebook and board run, and another person's model server. */
beforeAll(async () => {
  if (!existsSync(join(programs, 'manifest.json')))
    throw new Error('Build the programs first: npm run build:relay')
  bed = await Bed.start()
  app = await App.start(programs)
  await bed.network.openSshWay('laptop', 'lab')
  await Promise.all([startJupyter(bed.lab, { port: 8889 }), startTensorBoard(bed.lab, { port: 6007 })])
  // stands for a model server: its command line and its socket are what another account sees of one
  await bed.lab.exec(`useradd --create-home user2 && cat > /home/user2/vllm && chmod 755 /home/user2/vllm`, {
    input: `#!/usr/bin/python3
import http.server
http.server.HTTPServer(("127.0.0.1", 8000), http.server.BaseHTTPRequestHandler).serve_forever()
`,
  })
  await bed.lab.exec(
    'systemd-run --quiet --unit=user2-model --uid=user2 /home/user2/vllm serve Qwen2.5-7B-Instruct --port 8000',
  )

  const { root, researcher } = bed.accounts
  await app.trust(bed.cloud.address)
  const { serverId } = await app.client.servers.add({
    address: { host: bed.cloud.address, port: 22, user: root.user },
    secret: { kind: 'password', password: root.password },
  })
  await finished((await app.client.servers.setup({ serverId })).jobId)
  await app.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
  await app.trust(bed.lab.address)
  const added = await app.client.labs.add({
    serverId,
    name: 'lab-a100',
    address: { host: bed.lab.address, port: 22, user: researcher.user },
    secret: { kind: 'password', password: researcher.password },
  })
  labId = added.labId
  await finished((await app.client.labs.setup({ labId })).jobId)
})
afterAll(async () => {
  await app.close()
  await bed.close()
})

async function finished(jobId: string): Promise<void> {
  const job = await app.ended(jobId)
  if (job.state !== 'done') throw new Error(`the job is ${job.state}:\n${story(job)}`)
}

async function foundWhere(isSo: (services: readonly FoundService[]) => boolean): Promise<FoundService[]> {
  let last: FoundLook | undefined
  for await (const look of await app.client.found.watch({ labId })) {
    last = look
    if (look.state === 'unread' && look.failure) break
    if (look.state === 'read' && isSo(look.services)) return look.services
  }
  throw new Error(`not found: ${JSON.stringify(last)}`)
}

it('tells what runs there and whose it is, and one click leads to it', async () => {
  const services = await foundWhere((all) => all.some(({ port }) => port === 8000))
  expect(services.map(({ name, port, owner, isMine }) => ({ name, port, owner, isMine }))).toEqual([
    { name: 'Jupyter', port: 8889, owner: 'researcher', isMine: true },
    { name: 'TensorBoard', port: 6007, owner: 'researcher', isMine: true },
    { name: 'vLLM', port: 8000, owner: 'user2', isMine: false },
    { name: 'SSH', port: 22, owner: null, isMine: false },
  ])
  expect(services.map(({ about }) => about.map(({ text }) => text).join(' '))).toEqual([
    expect.stringContaining('~'),
    expect.stringContaining('~/runs'),
    'Qwen2.5-7B-Instruct',
    '',
  ])

  const { tunnelId } = await app.client.found.add({ labId, port: 8889 })
  const { tunnels } = await app.overviewWhere(({ tunnels }) => tunnels[0]?.status.state === 'ready')
  expect(tunnels[0]).toMatchObject({
    id: tunnelId,
    kind: 'jupyter',
    reach: 'laptop',
    target: '127.0.0.1:8889',
  })
  const { url, hasToken } = await app.client.tunnels.openAddress({ tunnelId })
  expect(hasToken).toBe(true)
  const token = new URL(url).searchParams.get('token')
  const status = await fetch(new URL('/api/status', url), { headers: { authorization: `token ${token}` } })
  expect(await status.json()).toHaveProperty('kernels')
})
