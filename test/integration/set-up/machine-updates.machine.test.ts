import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AppBackend } from '../../harness/app.ts'
import { expectDone } from '../../harness/ended-job.ts'
import { firstWords } from '../../harness/peers/first-words.ts'
import { builtPrograms } from '../../harness/programs/built-programs.ts'
import { olderProgram } from '../../harness/programs/older-program.ts'
import { setUpServerAndLab } from '../../harness/set-up-machines.ts'
import { Bed } from '../../testbed/bed.ts'
import type { Machine } from '../../testbed/machines/machine.ts'

const built = builtPrograms()
const tunnelPort = 7040

let bed: Bed
let app: AppBackend
let programs: string
let serverId: string
let labId: string

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'nps-desktop-programs-'))
  bed = await Bed.start({ machines: ['cloud', 'lab'] })
  app = await AppBackend.start(programs)
  await offer({ nps: olderProgram(await programOf('nps')), npc: olderProgram(await programOf('npc')) })
  const made = await setUpServerAndLab(app, bed)
  serverId = made.serverId
  labId = made.labId
  await app.client.tunnels.addTcp({
    labId,
    name: 'SSH',
    target: '127.0.0.1:22',
    port: tunnelPort,
    reach: 'anyone',
  })
  await versionsAre('0.9.9', '0.9.9')
})
afterAll(async () => {
  await app.close()
  await bed.close()
  await rm(programs, { recursive: true })
})

it('brings nps and npc to the version of the app, and the tunnel works on', async () => {
  await offer({ nps: await programOf('nps'), npc: await programOf('npc') })
  expectDone(await app.ended((await app.client.machineUpdates.server({ serverId })).jobId))
  expectDone(await app.ended((await app.client.machineUpdates.lab({ labId })).jobId))
  await versionsAre('1.0.0', '1.0.0')
  expect(await visitorHears()).toMatch(/^SSH-/)
  await leavesNothing()
})

it('puts the old program back when the new one does not come online, and the tunnel works again', async () => {
  await offer({
    // says that it has started all the same
    nps: broken('systemctl restart --no-block nps'),
    npc: broken('systemctl --user restart npc; echo it ended again; exit 1'),
  })
  const jobs = [
    await app.ended((await app.client.machineUpdates.server({ serverId })).jobId),
    await app.ended((await app.client.machineUpdates.lab({ labId })).jobId),
  ]
  const failures = jobs.map(({ steps }) => steps.at(-1)?.failure)
  expect(failures).toMatchObject([
    { code: 'update-undone', params: { program: 'nps', version: '9.9.9', old: '1.0.0' } },
    { code: 'update-undone', params: { program: 'npc', version: '9.9.9', said: 'it ended again' } },
  ])
  await versionsAre('1.0.0', '1.0.0')
  expect(await visitorHears()).toMatch(/^SSH-/)
  await leavesNothing()
})

it('has the old programs again after a restart of the machines before the new ones are proved', async () => {
  await offer({
    nps: broken('systemctl restart --no-block nps'),
    npc: broken('systemctl --user restart --no-block npc'),
  })
  // first the lab box: while the server's new program fails, the app cannot ask for the lab box's state, and so begins no update of it
  const ofLab = await app.client.machineUpdates.lab({ labId })
  await restartOnceSwapped(bed.lab)
  const ofServer = await app.client.machineUpdates.server({ serverId })
  await restartOnceSwapped(bed.cloud)
  // by the machines themselves, while the app still waits for the new ones
  await versionsAre('1.0.0', '1.0.0')
  for (const { jobId } of [ofServer, ofLab])
    expect((await app.ended(jobId)).steps.at(-1)?.failure).toMatchObject({ code: 'update-undone' })
  expect(await visitorHears()).toMatch(/^SSH-/)
  await leavesNothing()
})

async function restartOnceSwapped(machine: Machine): Promise<void> {
  await machine.exec(
    'i=0; until grep -qx started /var/tmp/nps-desktop-update.*/state 2>/dev/null; do [ $((i += 1)) -lt 270 ] || exit 1; sleep 0.2; done',
  )
  await machine.reboot()
}

/** Ends at once when its service starts it. */
function broken(restart: string): Buffer {
  return Buffer.from(`#!/bin/sh
case $1 in
-version) echo 9.9.9 ;;
restart) ${restart} ;;
*) exit 1 ;;
esac
`)
}

/** The app finds these programs, and no others, beside itself. */
async function offer(bytes: Readonly<Record<'nps' | 'npc', Buffer>>): Promise<void> {
  const files = await Promise.all(
    (['nps', 'npc'] as const).map(async (program) => {
      await writeFile(join(programs, program), bytes[program])
      const sha256 = createHash('sha256').update(bytes[program]).digest('hex')
      const size = bytes[program].length
      const whole = { sha256, bytes: size, rawSha256: sha256, rawBytes: size }
      return { parts: [program], program, platform: 'linux', arch: 'amd64', compression: 'none', ...whole }
    }),
  )
  await writeFile(join(programs, 'manifest.json'), JSON.stringify({ files }))
}

async function programOf(program: 'nps' | 'npc'): Promise<Buffer> {
  return await readFile(join(built, `${program}-linux-amd64`))
}

async function versionsAre(nps: string, npc: string): Promise<void> {
  await app.overviewWhere(({ servers: [server], labs: [lab], tunnels: [tunnel] }) => {
    const isOnline = server?.link.state === 'online' && lab?.state.state === 'online'
    return (
      isOnline &&
      server.relay?.version === nps &&
      lab.state.state === 'online' &&
      lab.state.version === npc &&
      tunnel?.status.state === 'ready'
    )
  })
}

async function leavesNothing(): Promise<void> {
  const find =
    'find /usr/bin /etc/systemd /home/researcher/.local/bin /home/researcher/.config /var/tmp /tmp -name ".np*" -o -name "nps-desktop-*" -o -name ".nps-desktop*"'
  for (const machine of [bed.cloud, bed.lab])
    expect(await machine.exec(`${find} 2>/dev/null || true`)).toBe('')
}

/** What a visitor of the tunnel is greeted with. */
const visitorHears = () => firstWords(bed.cloud.address, tunnelPort)
