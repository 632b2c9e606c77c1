import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Accounts, type BedKey, inventAccounts, makeBedKey } from './machines/bed-accounts.ts'
import { arm64Layer } from './images/arm64-layer.ts'
import { baseRoot } from './images/base-root.ts'
import { cachedPath } from './images/cache-folder.ts'
import { MachineFirewall } from './machines/machine-firewall.ts'
import { Machine } from './machines/machine.ts'
import { isEmulated } from './machines/emulation.ts'
import { MachineDisk } from './machines/machine-disk.ts'
import { setUpMachine } from './machines/machine-setup.ts'
import { MetadataService } from './network/metadata-service.ts'
import { BedNetwork, type MachineName } from './network/network.ts'
import { testbedObstacle } from './obstacle.ts'
import { isTestbedPrepared } from './prepare.ts'
import { pythonLayer } from './images/python-layer.ts'
import { SecurityGroup } from './network/security-group.ts'
import { type Slot, takeFirstFreeSlot } from './slot.ts'
import { sweepSlot } from './sweep.ts'

/**
 * Real machines in a network of their own. This computer is the laptop: it reaches the cloud machine at its address,
 * through the security group, and a lab only when the test opens a way.
 */
export class Bed {
  readonly accounts: Accounts
  readonly key: BedKey
  readonly network: BedNetwork
  readonly securityGroup: SecurityGroup
  readonly metadata: MetadataService
  readonly #slot: Slot
  readonly #machines = new Map<MachineName, Machine>()
  #closing: Promise<void> | undefined

  private constructor(slot: Slot, key: BedKey, network: BedNetwork, securityGroup: SecurityGroup) {
    this.#slot = slot
    this.accounts = inventAccounts()
    this.key = key
    this.network = network
    this.securityGroup = securityGroup
    this.metadata = new MetadataService(network)
  }

  /** Makes the network and boots the cloud machine and the lab. Needs prepareTestbed to have run. */
  static async start({
    machines = ['cloud', 'lab'],
  }: { machines?: readonly MachineName[] } = {}): Promise<Bed> {
    const obstacle = testbedObstacle()
    if (obstacle !== undefined) throw new Error(`The test bed cannot run here: ${obstacle}.`)
    if (!(await isTestbedPrepared())) {
      throw new Error('The test bed is not prepared. Run "node test/testbed/prepare.ts" and try again.')
    }
    const slot = await takeFirstFreeSlot()
    try {
      await sweepSlot(slot)
      await mkdir(slot.folder, { recursive: true, mode: 0o700 })
      const key = await makeBedKey(join(slot.folder, 'key'))
      const network = await BedNetwork.open(slot)
      const bed = new Bed(slot, key, network, await SecurityGroup.open(network))
      try {
        const added = await Promise.allSettled(machines.map((name) => bed.add(name)))
        const failure = added.find((result) => result.status === 'rejected')
        if (failure !== undefined) throw failure.reason
      } catch (error) {
        await bed.close()
        throw error
      }
      return bed
    } catch (error) {
      slot.release()
      throw error
    }
  }

  /** The machine of that name; throws when it was not added. */
  machine(name: MachineName): Machine {
    const machine = this.#machines.get(name)
    if (machine === undefined) throw new Error(`This bed has no machine "${name}". Add it first.`)
    return machine
  }

  get cloud(): Machine {
    return this.machine('cloud')
  }

  get lab(): Machine {
    return this.machine('lab')
  }

  /** The firewall on the cloud machine itself. */
  get hostFirewall(): MachineFirewall {
    return new MachineFirewall(this.cloud)
  }

  /** Makes a machine as new and boots it. */
  async add(name: MachineName): Promise<Machine> {
    if (this.#machines.has(name)) throw new Error(`This bed has a machine "${name}" already.`)
    const disk = await MachineDisk.create(join(this.#slot.folder, name), layersOf(name))
    await setUpMachine(name, disk, this.accounts, this.key)
    const machine = new Machine(name, disk, this.network)
    this.#machines.set(name, machine)
    await machine.start()
    return machine
  }

  /** Pulls every plug and removes all that the bed made. */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    try {
      await this.metadata.close()
      await Promise.all([...this.#machines.values()].map((machine) => machine.remove()))
      await sweepSlot(this.#slot)
    } finally {
      this.#slot.release()
    }
  }
}

/** The topmost first. */
function layersOf(name: MachineName): string[] {
  const base = [cachedPath(baseRoot)]
  if (isEmulated(name)) return [cachedPath(arm64Layer), ...base]
  return name.startsWith('lab') ? [cachedPath(pythonLayer), ...base] : base
}
