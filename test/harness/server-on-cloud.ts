import type { Job } from '@nps-desktop/electron/contract'
import type { Bed } from '../testbed/bed.ts'
import type { AppBackend } from './app.ts'

/** What the app does with the cloud machine of a bed. */
export class ServerOnCloud {
  readonly #app: AppBackend
  readonly #bed: Bed

  constructor(app: AppBackend, bed: Bed) {
    this.#app = app
    this.#bed = bed
  }

  /** Returns the id of the server. */
  async add(user: 'root' | 'admin' | 'guest', password = this.#bed.accounts[user].password): Promise<string> {
    const address = { host: this.#bed.cloud.address, port: 22, user }
    const { serverId } = await this.#app.client.servers.add({
      address,
      secret: { kind: 'password', password },
    })
    return serverId
  }

  /** This job and the following ones as they are when they have ended, well or not. */
  async setUp(serverId: string): Promise<Job> {
    const { jobId } = await this.#app.client.servers.setup({ serverId })
    return await this.#app.ended(jobId)
  }

  async retry(
    job: Job,
    corrections: Omit<Parameters<AppBackend['client']['jobs']['retry']>[0], 'jobId'> = {},
  ): Promise<Job> {
    await this.#app.client.jobs.retry({ jobId: job.id, ...corrections })
    return await this.#app.ended(job.id)
  }

  async checkPorts(serverId: string): Promise<Job> {
    const { jobId } = await this.#app.client.servers.checkPorts({ serverId })
    return await this.#app.ended(jobId)
  }

  /** With what was installed there. */
  async remove(serverId: string): Promise<Job> {
    const { jobId } = await this.#app.client.servers.remove({ serverId, uninstall: true })
    if (jobId === null) throw new Error('no job was started')
    return await this.#app.ended(jobId)
  }
}
