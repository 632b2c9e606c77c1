import type { Bed } from '../testbed/bed.ts'
import type { MachineName } from '../testbed/network/network.ts'
import type { AppBackend } from './app.ts'
import { expectDone } from './ended-job.ts'
import { ServerOnCloud } from './server-on-cloud.ts'

/** The cloud machine as a server of the app, signed in to as root. Fulfils when it is set up and online; returns its id. */
export async function setUpServer(app: AppBackend, bed: Bed): Promise<string> {
  await app.trust(bed.cloud.address)
  const cloud = new ServerOnCloud(app, bed)
  const serverId = await cloud.add('root')
  expectDone(await cloud.setUp(serverId))
  await app.overviewWhere(({ servers }) =>
    servers.some(({ id, link }) => id === serverId && link.state === 'online'),
  )
  return serverId
}

/** A machine as a lab box of that server, which the researcher signs in to over ssh; not set up yet. Returns its id. */
export async function addLabOverSsh(
  app: AppBackend,
  bed: Bed,
  {
    serverId,
    machine = 'lab',
    name = 'lab-a100',
  }: { serverId: string; machine?: MachineName; name?: string },
): Promise<string> {
  const host = bed.machine(machine).address
  const { user, password } = bed.accounts.researcher
  await bed.network.openSshWay('laptop', machine)
  await app.trust(host)
  const { labId } = await app.client.labs.add({
    serverId,
    name,
    address: { host, port: 22, user },
    secret: { kind: 'password', password },
  })
  return labId
}

/** Both, set up. */
export async function setUpServerAndLab(
  app: AppBackend,
  bed: Bed,
): Promise<{ serverId: string; labId: string }> {
  const serverId = await setUpServer(app, bed)
  const labId = await addLabOverSsh(app, bed, { serverId })
  const { jobId } = await app.client.labs.setup({ labId })
  expectDone(await app.ended(jobId))
  return { serverId, labId }
}
