import type { TargetCommands } from './load/load-target.ts'
import type { VisitorCommands } from './load/load-visitor.ts'
import { LoadProcess } from './load-process.ts'
import { freePort } from '../../relay-core/src/testing/free-port.ts'
import type { ComparedPair, RunningPair, Services } from './compared-pair.ts'
import { LabPrograms } from './lab/lab-programs.ts'
import type { Place } from './place.ts'

type Address = { host: string; port: number }

/** How long a tunnel may take to let the first byte through after its pair has started. */
const tunnelTimeoutMs = 15_000

/**
 * The visitors and services of a place. Copies and single bytes have processes of their own at both ends, so that a byte's
 * round trip beside a copy waits for the tunnel and the machine, and not for the bench.
 */
export class Stage {
  readonly place: Place
  readonly copies: LoadProcess<VisitorCommands>
  readonly bytes: LoadProcess<VisitorCommands>
  readonly copyTarget: LoadProcess<TargetCommands>
  readonly #byteTarget: LoadProcess<TargetCommands>
  #services: Services | undefined
  #labPrograms: LabPrograms | undefined

  constructor(place: Place) {
    this.place = place
    this.copies = LoadProcess.visitor(place.visitor)
    this.bytes = LoadProcess.visitor(place.visitor)
    this.copyTarget = LoadProcess.target(place.lab)
    this.#byteTarget = LoadProcess.target(place.lab)
  }

  /** Starts the pair and answers when bytes come back through it. */
  async start(pair: ComparedPair): Promise<Act> {
    const running = await pair.start(await this.#listen(), this.place)
    const act = new Act(this, running, pair.comesBack)
    try {
      if ((await this.bytes.call('firstByte', { ...act.at('echo'), timeoutMs: tunnelTimeoutMs })) === null)
        throw new Error(`${pair.name}: no byte came back within ${tunnelTimeoutMs / 1000} s`)
      return act
    } catch (error) {
      await running.close()
      throw error
    }
  }

  /** What researchers run on a lab box, from the first time it is asked for. */
  async labPrograms(): Promise<LabPrograms> {
    this.#labPrograms ??= await LabPrograms.start(this.place, (await this.#listen()).ssh)
    return this.#labPrograms
  }

  async close(): Promise<void> {
    await this.#labPrograms?.close()
    await Promise.all([this.copies, this.bytes, this.copyTarget, this.#byteTarget].map((one) => one.close()))
    this.place.close()
  }

  async #listen(): Promise<Services> {
    const host = this.place.targetHost
    this.#services ??= {
      ...(await this.copyTarget.call('listen', { host })),
      echo: (await this.#byteTarget.call('listen', { host })).echo,
      // Nobody is there until the row that wants it starts sshd.
      ssh: await freePort(),
    }
    return this.#services
  }
}

/** One pair on the stage, as the rows see it. */
export class Act {
  readonly stage: Stage
  readonly pair: RunningPair
  /** The agent finds a relay that was started again. */
  readonly comesBack: boolean

  constructor(stage: Stage, pair: RunningPair, comesBack: boolean) {
    this.stage = stage
    this.pair = pair
    this.comesBack = comesBack
  }

  at(service: keyof Services): Address {
    return { host: this.pair.host, port: this.pair.ports[service] }
  }

  get processorSeconds(): number {
    return (this.pair.relay?.processorSeconds ?? 0) + (this.pair.agent?.processorSeconds ?? 0)
  }

  close(): Promise<void> {
    return this.pair.close()
  }
}
