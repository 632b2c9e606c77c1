import type { Job, LabCard, Tunnel } from '@nps-desktop/electron/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppBackend } from '../../harness/app.ts'
import { expectDone, stepOf } from '../../harness/ended-job.ts'
import { firstWords } from '../../harness/peers/first-words.ts'
import { builtPrograms } from '../../harness/programs/built-programs.ts'
import { addLabOverSsh, setUpServer } from '../../harness/set-up-machines.ts'
import { Bed } from '../../testbed/bed.ts'
import { setLinger } from '../../testbed/machines/bed-services.ts'
import type { MachineName } from '../../testbed/network/network.ts'
import { a100Processes, fourA100 } from '../../../electron/testing/gpu-tools.ts'
import { allTraces } from './all-traces.ts'

const programs = builtPrograms()

let bed: Bed
let app: AppBackend
let serverId: string

beforeAll(async () => {
  bed = await Bed.start({ machines: ['cloud', 'lab', 'lab-cron', 'lab-bare', 'jump'] })
  app = await AppBackend.start(programs)
  serverId = await setUpServer(app, bed)
})
afterAll(async () => {
  await app.close()
  await bed.close()
})

const addLab = (machine: MachineName): Promise<string> =>
  addLabOverSsh(app, bed, { serverId, machine, name: machine })

async function setUp(labId: string): Promise<Job> {
  const { jobId } = await app.client.labs.setup({ labId })
  return await app.ended(jobId)
}

async function remove(labId: string): Promise<Job> {
  const { jobId } = await app.client.labs.remove({ labId, uninstall: true })
  return await app.ended(jobId ?? '')
}

const isOnline = async (labId: string): Promise<void> => {
  await app.overviewWhere(({ labs }) => labs.find(({ id }) => id === labId)?.state.state === 'online')
}
const isOffline = async (labId: string): Promise<void> => {
  await app.overviewWhere(({ labs }) => labs.find(({ id }) => id === labId)?.state.state === 'offline')
}

const tunnelIn = async (state: Tunnel['status']['state'], tunnelId: string): Promise<Tunnel | undefined> => {
  const isIt = ({ id, status }: Tunnel): boolean => id === tunnelId && status.state === state
  return (await app.overviewWhere(({ tunnels }) => tunnels.some(isIt))).tunnels.find(isIt)
}

describe('a lab box that this computer cannot reach', () => {
  it.each(['curl', 'wget'] as const)('comes online by one pasted line, by %s', async (tool) => {
    const { labId } = await app.client.labs.add({ serverId, name: `pasted-${tool}`, address: null })
    const invite = await app.client.labs.invite({ labId })
    const said = await bed.lab.exec('su - researcher -s /bin/sh', {
      input: `${invite[tool]}\n`,
      timeoutMs: 120_000,
    })
    expect(said).toMatch(/npc is running/)
    await isOnline(labId)
    const conf = await bed.lab.exec('cat /home/researcher/.config/npc/npc.conf')
    expect(conf).toContain('allow_target=127.0.0.1,::1\n')
    // Only the relay forgets it: nobody can sign in there.
    await app.client.labs.remove({ labId, uninstall: false })
    await bed.lab.exec('su - researcher -s /bin/sh', { input: '~/.local/bin/npc uninstall -purge\n' })
  })
})

describe('a lab box of which one is not root', () => {
  it('gets a service of the user, shares a folder, comes back after a reboot, is repeated without harm, and is left clean', async () => {
    const folder = '/home/researcher/my results'
    await bed.lab.exec(`su - researcher -c 'mkdir "${folder}" && echo 0.17 > "${folder}/loss.txt"'`)
    const before = await allTraces(bed.lab)
    const labId = await addLab('lab')
    const job = await setUp(labId)
    expectDone(job)
    expect(stepOf(job, 'identity').facts).toEqual([{ code: 'without-root', params: { user: 'researcher' } }])
    expect(stepOf(job, 'service').facts).toContainEqual({
      code: 'start-kind',
      params: { kind: 'systemd-user' },
    })
    expect(stepOf(job, 'reach-relay').facts[0]?.code).toBe('relay-reached')
    await isOnline(labId)
    // The key must not be readable by others on a shared machine.
    const open = await bed.lab.exec(
      'find /home/researcher/.config/npc -type f -perm /077 -name "*conf*"; ps -ef | grep -c "[v]key" || true',
    )
    expect(open.trim()).toBe('0')

    const { tunnelId } = await app.client.tunnelValues.add({
      labId,
      kind: 'file',
      reach: 'anyone',
      name: 'Results',
      target: '',
      settings: { folder },
      limits: {},
    })
    const unshared = await tunnelIn('broken', tunnelId)
    expect(unshared?.status).toMatchObject({
      stop: 'service',
      failure: {
        code: 'folder-not-shared',
        fixes: expect.arrayContaining([{ action: 'share-folder', labId, folder }]) as unknown,
      },
    })

    // what that button does
    await app.client.labs.share({ labId, folder })
    const again = await setUp(labId)
    expectDone(again)
    expect(stepOf(again, 'upload').state).toBe('skipped')
    const shared = await tunnelIn('ready', tunnelId)
    expect(await (await fetch(`${shared?.address}/loss.txt`)).text()).toBe('0.17\n')
    await bed.lab.reboot()
    await isOnline(labId)
    expect(await (await fetch(`${shared?.address}/loss.txt`)).text()).toBe('0.17\n')
    expectDone(await remove(labId))
    expect(await allTraces(bed.lab)).toEqual(before)
    await app.overviewWhere(({ labs }) => labs.every(({ id }) => id !== labId))
  })

  it('opens nothing but itself for a server that was taken over, until its owner lets it', async () => {
    const labId = await addLab('lab')
    expectDone(await setUp(labId))
    await isOnline(labId)
    const target = `${bed.lab.address}:22`
    // the app says so before anything is made
    const refused = app.client.tunnels.addTcp({ labId, name: 'LAN', target, reach: 'anyone' })
    await expect(refused).rejects.toMatchObject({ data: { failure: { code: 'target-not-allowed' } } })

    // whoever has the server makes the tunnel all the same
    const clientId = labId.slice(labId.lastIndexOf('-c') + 2)
    await bed.cloud.exec(`nps tunnel add -client=${clientId} -mode=tcp -port=7050 -target=${target}`)
    await bed.cloud.exec(`nps tunnel add -client=${clientId} -mode=tcp -port=7051 -target=127.0.0.1:22`)
    expect(await firstWords(bed.cloud.address, 7051)).toMatch(/^SSH-/)
    expect(await firstWords(bed.cloud.address, 7050)).toBe('')

    await app.client.labs.edit({ labId, allowTarget: `127.0.0.1,::1,${target}` })
    const isInForce = (wanted: boolean) =>
      app.overviewWhere(({ labs }) => labs.find(({ id }) => id === labId)?.allowTargetInForce === wanted)
    await isInForce(false)
    expectDone(await setUp(labId))
    await isOnline(labId)
    expect(await firstWords(bed.cloud.address, 7050)).toMatch(/^SSH-/)
    await isInForce(true)
    expectDone(await remove(labId))
  })

  it('tells which of its GPUs are whose, and lets one’s own process be ended', async () => {
    const labId = await addLab('lab')
    await bed.lab.exec('systemd-run --uid=researcher --unit=training sleep 3600')
    const pid = (await bed.lab.exec('systemctl show -p MainPID --value training')).trim()
    const smi = `case $1 in
--query-gpu=*) printf '%s' '${fourA100}' ;;
*) printf '%s' '${a100Processes.replaceAll('48211', pid)}' ;;
esac`
    await bed.lab.exec('cat > /usr/local/bin/nvidia-smi && chmod 755 /usr/local/bin/nvidia-smi', {
      input: `#!/bin/sh\n${smi}\n`,
    })
    try {
      const cardWhere = async (isSo: (card: LabCard) => boolean): Promise<LabCard> => {
        for await (const card of await app.client.labCard.watch({ labId })) if (isSo(card)) return card
        throw new Error('the feed of the card ended')
      }
      const { reading, failure } = await cardWhere((card) => card.reading !== null || card.failure !== null)
      expect(failure).toBeNull()
      expect(reading?.gpus.map(({ processes }) => processes[0]?.isYours)).toEqual([
        true,
        true,
        false,
        undefined,
      ])
      expect(reading?.memory?.totalBytes).toBeGreaterThan(1e8)
      const training = reading?.processes.find((one) => one.pid === Number(pid))
      expect(training).toMatchObject({ user: 'researcher', command: '/usr/bin/sleep 3600', gpus: [0, 1] })
      const startedAtMs = training?.startedAtMs ?? 0
      expect(await app.client.labCard.endProcess({ labId, pid: Number(pid), startedAtMs })).toEqual({
        hasEnded: true,
      })
      await cardWhere((card) => !card.reading?.processes.some((one) => one.pid === Number(pid)))
      const init = reading?.processes.find((one) => one.pid === 1)
      await expect(
        app.client.labCard.endProcess({ labId, pid: 1, startedAtMs: init?.startedAtMs ?? 0, force: true }),
      ).rejects.toMatchObject({ data: { failure: { code: 'process-not-ended' } } })
    } finally {
      await bed.lab.exec('systemctl stop training || true; rm -f /usr/local/bin/nvidia-smi')
      await app.client.labs.remove({ labId, uninstall: false })
    }
  })

  it('gets less where lingering is denied, and says why', async () => {
    await bed.lab.exec('loginctl disable-linger researcher || true')
    await setLinger(bed.lab, 'denied')
    try {
      const labId = await addLab('lab')
      const job = await setUp(labId)
      expectDone(job)
      const { facts } = stepOf(job, 'service')
      expect(facts[0]).toMatchObject({
        code: 'start-kind',
        params: { kind: expect.stringMatching(/cron|background/) as string },
      })
      expect(facts.filter(({ code }) => code === 'start-kind-reason').length).toBeGreaterThan(0)
      expectDone(await remove(labId))
    } finally {
      await setLinger(bed.lab, 'allowed')
    }
  })

  it('is reached through a jump host', async () => {
    const jump = bed.machine('jump').address
    await bed.network.closeSshWay('laptop', 'lab')
    await bed.network.openSshWay('jump', 'lab')
    await app.trust(jump)
    const { hopper, researcher } = bed.accounts
    const through = {
      kind: 'other',
      address: { host: jump, port: 22, user: hopper.user },
      secret: { kind: 'password', password: hopper.password },
    } as const
    const host = bed.lab.address
    await app.trust(host, 22, through)
    const { labId } = await app.client.labs.add({
      serverId,
      name: 'behind',
      address: { host, port: 22, user: researcher.user, jump: through },
      secret: { kind: 'password', password: researcher.password },
    })
    const job = await setUp(labId)
    expectDone(job)
    expect(stepOf(job, 'connect').facts).toContainEqual({ code: 'through-jump', params: { jump } })
    await isOnline(labId)
    // a new sign-in goes the same way, and a second set-up keeps it
    const kept = { kind: 'kept', labId } as const
    await app.trust(host, 22, kept)
    await app.client.labs.edit({
      labId,
      address: { host, port: 22, user: researcher.user, jump: kept },
      secret: { kind: 'password', password: researcher.password },
    })
    const again = await setUp(labId)
    expectDone(again)
    expect(stepOf(again, 'connect').facts).toContainEqual({ code: 'through-jump', params: { jump } })
    expectDone(await remove(labId))
    await bed.network.closeSshWay('jump', 'lab')
  })

  it('that cannot reach the server is told so before anything is put there', async () => {
    const labId = await addLab('lab')
    const before = await allTraces(bed.lab)
    await bed.network.cut('cloud')
    const { jobId } = await app.client.labs.setup({ labId })
    const job = await app.ended(jobId)
    expect(stepOf(job, 'reach-relay').failure).toMatchObject({
      code: 'relay-unreachable',
      params: { lab: 'lab' },
    })
    expect(await allTraces(bed.lab)).toEqual(before)
    await bed.network.restore('cloud')
    await app.overviewWhere(({ servers }) => servers[0]?.link.state === 'online')
    await app.client.jobs.retry({ jobId })
    expectDone(await app.ended(jobId))
    expectDone(await remove(labId))
  })
})

describe('a lab box without systemd for users', () => {
  it('is started by cron with the machine', async () => {
    const labId = await addLab('lab-cron')
    const before = await allTraces(bed.machine('lab-cron'))
    const job = await setUp(labId)
    expectDone(job)
    expect(stepOf(job, 'service').facts).toContainEqual({ code: 'start-kind', params: { kind: 'cron' } })
    await bed.machine('lab-cron').reboot()
    await isOnline(labId)
    expectDone(await remove(labId))
    expect(await allTraces(bed.machine('lab-cron'))).toEqual(before)
  })

  it('runs in the background until it restarts where there is nothing else', async () => {
    const labId = await addLab('lab-bare')
    const job = await setUp(labId)
    expectDone(job)
    expect(stepOf(job, 'service').facts).toContainEqual({
      code: 'start-kind',
      params: { kind: 'background' },
    })
    await isOnline(labId)
    await bed.machine('lab-bare').reboot()
    await isOffline(labId)
    expectDone(await setUp(labId))
    await isOnline(labId)
    expectDone(await remove(labId))
  })
})
