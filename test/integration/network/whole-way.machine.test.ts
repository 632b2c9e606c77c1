import type { Overview, Tunnel } from '@nps-desktop/electron/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { certificatePair } from '../../../electron/testing/certificate-pair.ts'
import { AppBackend } from '../../harness/app.ts'
import { expectDone } from '../../harness/ended-job.ts'
import { builtPrograms } from '../../harness/programs/built-programs.ts'
import { setUpServerAndLab } from '../../harness/set-up-machines.ts'
import { Bed } from '../../testbed/bed.ts'
import { startJupyter, startTensorBoard, stopLabService } from '../../testbed/machines/bed-services.ts'
import type { Machine } from '../../testbed/machines/machine.ts'
import { runCommand } from '../../testbed/run-command.ts'
import { ssh } from '../../testbed/ssh-client.ts'

const programs = builtPrograms()

let bed: Bed
let app: AppBackend
let token: string

/** A server and a lab box, set up as a person does, and the three tunnels by one click each. */
beforeAll(async () => {
  bed = await Bed.start()
  app = await AppBackend.start(programs)
  // open to anyone: on its default settings it would refuse the server's address, which the screen says
  token = await startJupyter(bed.lab, { options: '--ServerApp.allow_remote_access=True' })
  await startTensorBoard(bed.lab)
  const { labId } = await setUpServerAndLab(app, bed)
  for (const kind of ['ssh', 'jupyter', 'tensorboard'] as const)
    await app.client.tunnels.addPreset({ labId, kind, reach: 'anyone' })
})
afterAll(async () => {
  await app.close()
  await bed.close()
})

function areReady({ tunnels }: Overview): boolean {
  return tunnels.length === 3 && tunnels.every(({ status }) => status.state === 'ready')
}

/** The screen knows that the server does not answer, and promises nothing of what lies behind it. */
function isWithoutServer({ servers, tunnels }: Overview): boolean {
  const states = new Set(tunnels.map(({ status }) => status.state))
  return (
    servers[0]?.link.state !== 'online' &&
    tunnels.length === 3 &&
    [...states].every((state) => state === 'checking' || state === 'unknown')
  )
}

function tunnelOf({ tunnels }: Overview, kind: Tunnel['kind']): Tunnel {
  const found = tunnels.find((tunnel) => tunnel.kind === kind)
  if (!found) throw new Error(`no tunnel of kind ${kind}`)
  return found
}

/** What the screen says of the tunnels, once it has said so of all of them. */
async function allAre(isSo: (tunnel: Tunnel) => boolean): Promise<Overview> {
  return await app.overviewWhere(({ tunnels }) => tunnels.length === 3 && tunnels.every(isSo))
}

/** Every state that the screen gives any tunnel until then. */
async function statesUntil(untilMs: number): Promise<Set<string>> {
  const states = new Set<string>()
  const signal = AbortSignal.timeout(untilMs - Date.now())
  for await (const { tunnels } of await app.client.overview.watch({}, { signal })) {
    for (const { status } of tunnels) states.add(status.state)
  }
  return states
}

/** Another value after each boot: when its first process began, in the kernel's own time. */
async function bootOf(machine: Machine): Promise<string> {
  return await machine.exec("cut -d' ' -f22 /proc/1/stat")
}

it('all three are ready by five stops, and the shell, the notebook and the board are really there', async () => {
  const overview = await app.overviewWhere(areReady)
  expect(overview.tunnels.map(({ port }) => port)).toEqual([7000, 7001, 7002])

  const { port } = tunnelOf(overview, 'ssh')
  const shell = await ssh({ host: bed.cloud.address, port, ...bed.accounts.researcher }, 'hostname; id -un')
  expect(shell.stdout).toBe(`lab\n${bed.accounts.researcher.user}\n`)

  const { url, hasToken } = await app.client.tunnels.openAddress({
    tunnelId: tunnelOf(overview, 'jupyter').id,
  })
  expect(hasToken).toBe(true)
  expect(new URL(url).searchParams.get('token')).toBe(token)
  const status = await fetch(new URL('/api/status', url), { headers: { authorization: `token ${token}` } })
  expect(await status.json()).toHaveProperty('kernels')

  const board = await app.client.tunnels.openAddress({ tunnelId: tunnelOf(overview, 'tensorboard').id })
  const runs = await fetch(new URL('/data/runs', board.url))
  expect(await runs.json()).toEqual(['first'])
})

it('a notebook with a certificate below an address of its own, and a board below a prefix, are opened where they are', async () => {
  const { labs } = await app.overviewWhere(areReady)
  const labId = labs[0]?.id ?? ''
  const { key, cert } = certificatePair('lab')
  await bed.lab.exec('cat > /home/researcher/pair.pem && chown researcher: /home/researcher/pair.pem', {
    input: key + cert,
  })
  const otherToken = await startJupyter(bed.lab, {
    port: 8899,
    secure: true,
    options: '--certfile=/home/researcher/pair.pem --ServerApp.base_url=/hub/user/researcher/',
  })
  await startTensorBoard(bed.lab, { port: 6007, options: '--path_prefix=/boards' })

  const notebook = await app.client.tunnels.addPreset({ labId, kind: 'jupyter' })
  const board = await app.client.tunnels.addPreset({ labId, kind: 'tensorboard' })
  const isReady = ({ tunnels }: Overview, tunnelId: string) =>
    tunnels.find(({ id }) => id === tunnelId)?.status.state === 'ready'
  await app.overviewWhere((now) => isReady(now, notebook.tunnelId) && isReady(now, board.tunnelId))

  const { url } = await app.client.tunnels.openAddress(notebook)
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/hub\/user\/researcher\/\?token=/)
  expect(new URL(url).searchParams.get('token')).toBe(otherToken)
  // its certificate is its own, as the browser will say
  const page = await runCommand('curl', [
    '--silent',
    '--insecure',
    '--location',
    '--write-out',
    '\n%{http_code}',
    url,
  ])
  expect(page.trim().split('\n').at(-1)).toBe('200')
  const opened = await app.client.tunnels.openAddress(board)
  expect(new URL(opened.url).pathname).toBe('/boards/')
  expect(await (await fetch(new URL('data/runs', opened.url))).json()).toEqual(['first'])

  for (const { tunnelId } of [notebook, board]) await app.client.tunnels.remove({ tunnelId })
  token = await startJupyter(bed.lab, { options: '--ServerApp.allow_remote_access=True' })
  await startTensorBoard(bed.lab)
  await app.overviewWhere(areReady)
})

it('a service that stops is found at its own stop, and its return too', async () => {
  await stopLabService(bed.lab, 'tensorboard')
  const { id: tunnelId } = tunnelOf(await app.overviewWhere(() => true), 'tensorboard')
  const broken = await app.client.tunnels.check({ tunnelId })
  expect(broken.status).toMatchObject({
    state: 'broken',
    stop: 'service',
    failure: { code: 'target-refused' },
  })
  await startTensorBoard(bed.lab)
  expect((await app.client.tunnels.check({ tunnelId })).status.state).toBe('ready')
})

it('a security group that drops the tunnels’ ports is found at the port stop', async () => {
  await bed.securityGroup.drop('7000-9000')
  try {
    const { id: tunnelId } = tunnelOf(await app.overviewWhere(() => true), 'ssh')
    const broken = await app.client.tunnels.check({ tunnelId })
    expect(broken.status).toMatchObject({ state: 'broken', stop: 'port' })
    expect(broken.stops.map(({ state }) => state)).toEqual(['ok', 'ok', 'failed', 'unknown', 'unknown'])
  } finally {
    // else all that comes after it waits in vain, and hides what was wrong
    await bed.securityGroup.allow('7000-9000')
  }
  await app.overviewWhere(areReady)
})

it('the lab’s network is cut for a minute: broken at the lab box, then back by itself', async () => {
  await bed.lab.cutNetwork()
  const cutAtMs = Date.now()
  const broken = await allAre(({ status }) => status.state === 'broken' && status.stop === 'lab')
  // a dead link is noticed within 10 s; the rest is this test's own way of looking
  expect(Date.now() - cutAtMs).toBeLessThan(15_000)
  expect(broken.labs[0]?.state.state).toBe('offline')
  const states = await statesUntil(cutAtMs + 60_000)
  expect([...states]).toEqual(['broken'])
  await bed.lab.restoreNetwork()
  await app.overviewWhere(areReady)
})

it('the lab box reboots: offline while it is away, then back by itself', async () => {
  const before = await bootOf(bed.lab)
  const back = bed.lab.reboot()
  const away = await allAre(({ status }) => status.state === 'broken' && status.stop === 'lab')
  expect(away.labs[0]?.state.state).toBe('offline')
  await back
  await app.overviewWhere(areReady)
  expect(await bootOf(bed.lab)).not.toBe(before)
})

it('the server reboots: nothing is green while it is away, then everything is back by itself', async () => {
  const before = await bootOf(bed.cloud)
  const back = bed.cloud.reboot()
  const gone = await app.overviewWhere(isWithoutServer)
  // it may be back before an outage is told, which takes 20 s
  expect(gone.servers[0]?.link.state).toBe('checking')
  expect(gone.labs[0]?.state.state).toBe('unknown')
  await back
  await app.overviewWhere(areReady)
  expect(await bootOf(bed.cloud)).not.toBe(before)
})

it('the server loses its power: nothing is green within seconds, it is told as away, and all is back with it', async () => {
  await bed.cloud.cutPower()
  const cutAtMs = Date.now()
  await app.overviewWhere(isWithoutServer)
  expect(Date.now() - cutAtMs).toBeLessThan(15_000)
  const away = await allAre(({ status }) => status.state === 'unknown')
  expect(away.servers[0]?.link.state).toBe('away')
  expect(away.labs[0]?.state.state).toBe('unknown')
  await bed.cloud.start()
  await app.overviewWhere(areReady)
})

it('taken back: the lab box and the server are as they were, and the app knows neither', async () => {
  const { labs, servers } = await app.overviewWhere(areReady)
  const removed = await app.client.labs.remove({ labId: labs[0]?.id ?? '', uninstall: true })
  expectDone(await app.ended(removed.jobId ?? ''))
  await app.overviewWhere((now) => now.labs.length === 0 && now.tunnels.length === 0)
  const gone = await app.client.servers.remove({ serverId: servers[0]?.id ?? '', uninstall: true })
  expectDone(await app.ended(gone.jobId ?? ''))
  await app.overviewWhere((now) => now.servers.length === 0)
  expect(await bed.cloud.exec('ls /usr/bin/nps /etc/nps 2>/dev/null || true')).toBe('')
  expect(await bed.lab.exec('pgrep -x npc || true')).toBe('')
})
