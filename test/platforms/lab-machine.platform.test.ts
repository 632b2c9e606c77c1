import type { StepId } from '@nps-desktop/electron/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AppBackend } from '../harness/app.ts'
import { expectDone } from '../harness/ended-job.ts'
import { builtPrograms } from '../harness/programs/built-programs.ts'
import { addLabOverSsh, setUpServer } from '../harness/set-up-machines.ts'
import { allTraces } from '../integration/set-up/all-traces.ts'
import { Bed } from '../testbed/bed.ts'
import { ensureArm64Layer } from '../testbed/images/arm64-layer.ts'
import type { Machine } from '../testbed/machines/machine.ts'
import { ssh } from '../testbed/ssh-client.ts'

const programs = builtPrograms()
const tunnelPort = 7060

let app: AppBackend
let bed: Bed
let lab: Machine
let serverId: string
let labId: string
let before: string[]
const parts = new AsyncDisposableStack()

/** A server of this computer's processor, and a lab box whose systemd, sshd and npc are programs for arm64, run by qemu. */
beforeAll(async () => {
  await ensureArm64Layer()
  bed = parts.use(await Bed.start({ machines: ['cloud', 'lab-arm64'] }))
  lab = bed.machine('lab-arm64')
  app = parts.adopt(await AppBackend.start(programs), (one) => one.close())
  serverId = await setUpServer(app, bed)
  before = await allTraces(lab)
  labId = await addLabOverSsh(app, bed, { serverId, machine: 'lab-arm64', name: 'jetson' })
})
afterAll(() => parts.disposeAsync())

const onLab = (command: string) =>
  ssh({ host: lab.address, ...bed.accounts.researcher }, command, { timeoutMs: 60_000 })
const npcStatus = async () => (await onLab('~/.local/bin/npc status')).stdout
const isOnline = () =>
  app.overviewWhere(({ labs }) => labs.find(({ id }) => id === labId)?.state.state === 'online')

it('gets the npc of its processor, as a service of the user, and is online', async () => {
  const job = await app.ended((await app.client.labs.setup({ labId })).jobId)
  expectDone(job)
  const factsOf = (step: StepId) => job.steps.find(({ id }) => id === step)?.facts
  expect(factsOf('service')).toContainEqual({ code: 'start-kind', params: { kind: 'systemd-user' } })
  await isOnline()
  // e_machine of the file's head: 183 is arm64
  expect((await onLab('od -An -tu2 -j18 -N2 ~/.local/bin/npc')).stdout.trim()).toBe('183')
})

it('is reached by ssh through a tunnel', async () => {
  await app.client.tunnels.addTcp({
    labId,
    name: 'SSH',
    target: '127.0.0.1:22',
    port: tunnelPort,
    reach: 'anyone',
  })
  const through = { host: bed.cloud.address, port: tunnelPort, user: 'researcher', keyFile: bed.key.file }
  expect(await ssh(through, 'uname -m; hostname', { connectTimeoutS: 20 })).toMatchObject({
    exitCode: 0,
    stdout: 'aarch64\nlab-arm64\n',
  })
})

it('says the truth of its npc: running, killed and started again, stopped', async () => {
  const pidOf = (status: string) => /^npc is running, process (\d+) \(systemd-user\)/.exec(status)?.[1]
  const first = pidOf(await npcStatus())
  expect(first).toBe((await lab.exec('pgrep -x npc')).trim())
  await lab.exec(`kill -9 ${first}; until p=$(pgrep -x npc) && [ "$p" != ${first} ]; do sleep 0.2; done`)
  await isOnline()
  expect(pidOf(await npcStatus())).toBe((await lab.exec('pgrep -x npc')).trim())
  expect((await onLab('~/.local/bin/npc stop')).exitCode).toBe(0)
  expect(await npcStatus()).toMatch(/^npc is stopped \(systemd-user\)/)
})

it('is online again after it was restarted', async () => {
  await lab.reboot()
  await isOnline()
  expect(await npcStatus()).toMatch(/^npc is running/)
})

it('is left as it was', async () => {
  const { jobId } = await app.client.labs.remove({ labId, uninstall: true })
  expectDone(await app.ended(jobId ?? ''))
  expect(await allTraces(lab)).toEqual(before)
})
