import type { MovedContents } from '@nps-desktop/electron/contract'
import { defaultSettings, sshSecret } from '@nps-desktop/electron/contract'
import type { Clock } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { keyFileOf } from '../ssh/keys/private-key.ts'
import { parseJson } from '../storage/file/parse-json.ts'
import type { Storage } from '../storage/records.ts'
import { type Arrival, arrivalOf } from './arrival.ts'
import { dataToMove, type MovedData, movedData, type MovedSettings } from './moved-data.ts'
import { receiveByCode } from './receive-by-code.ts'
import { seal, unreadable, unseal } from './sealed-file.ts'

interface SealedInput {
  /** In base64. */
  readonly file: string
  readonly passphrase: string
}

/** The calls of `moving`: the app's data in a file that a passphrase opens, or by a code, for another computer. */
export class Moving {
  readonly #storage: Storage
  readonly #version: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #seal: { readonly cost?: number }
  readonly #save: (change: MovedSettings) => void

  constructor(options: {
    storage: Storage
    version: string
    clock: Clock
    log: Log
    save: (change: MovedSettings) => void
    /** Of the passphrase, as `seal` has it; less in tests. */
    cost?: number
  }) {
    this.#storage = options.storage
    this.#version = options.version
    this.#clock = options.clock
    this.#log = options.log
    this.#save = options.save
    this.#seal = options.cost === undefined ? {} : { cost: options.cost }
  }

  async pack({ passphrase }: { passphrase: string }): Promise<{ file: string }> {
    const data = await dataToMove(this.#storage, { version: this.#version, nowMs: this.#clock.now() })
    const file = await seal(JSON.stringify(data), passphrase, this.#seal)
    this.#log.info("the app's data was exported", { servers: data.servers.length, labs: data.labs.length })
    return { file: file.toString('base64') }
  }

  /** What another laptop offers by its code, as a file for `look` and `take`; rejects as `receiveByCode` does. */
  async receive({ code }: { code: string }, { signal }: { signal: AbortSignal }): Promise<SealedInput> {
    const { file, passphrase } = await receiveByCode(code, { signal, log: this.#log })
    return { file: file.toString('base64'), passphrase }
  }

  /** Changes nothing. */
  async look(input: SealedInput): Promise<MovedContents> {
    const data = await this.#read(input)
    return contentsOf(data, this.#arrival(data))
  }

  /**
   * Adds what is not here; a row that is here stays as it is, so that a second time adds nothing. The secrets are sealed by this
   * computer before the rows that need them are there.
   */
  async take(input: SealedInput): Promise<MovedContents> {
    const data = await this.#read(input)
    const arrival = this.#arrival(data)
    const { servers, labs, tunnelNotes, hostKeys, secrets, together } = this.#storage
    for (const key of arrival.hostKeys) hostKeys.pin(key)
    for (const { name, value } of arrival.secrets) await secrets.set(name, value)
    // all at once, or nothing: a server that is there is dialled, and what its relay tells of then would be taken for new lab boxes
    together(() => {
      for (const server of arrival.servers) servers.put(server)
      for (const lab of arrival.labs) labs.put(lab)
      for (const note of arrival.tunnelNotes) tunnelNotes.put(note)
    })
    this.#save(arrival.settings)
    this.#log.info('data of another computer was taken in', {
      servers: arrival.servers.length,
      labs: arrival.labs.length,
      hostKeys: arrival.hostKeys.length,
    })
    return contentsOf(data, arrival)
  }

  #arrival(data: MovedData): Arrival {
    return arrivalOf(data, this.#storage, defaultSettings)
  }

  async #read({ file, passphrase }: SealedInput): Promise<MovedData> {
    const parsed = movedData.safeParse(parseJson(await unseal(Buffer.from(file, 'base64'), passphrase)))
    if (!parsed.success) throw unreadable('what is in it does not fit this version of the app', parsed.error)
    return parsed.data
  }
}

function contentsOf(data: MovedData, arrival: Arrival): MovedContents {
  const names = (rows: readonly { readonly name: string }[]): string[] => rows.map(({ name }) => name)
  const others = data.servers.length - arrival.servers.length + data.labs.length - arrival.labs.length
  return {
    madeAtMs: data.madeAtMs,
    version: data.version,
    servers: names(arrival.servers),
    labs: names(arrival.labs),
    here: others,
    hostKeys: arrival.hostKeys.length,
    signIns: arrival.secrets.length,
    settings: Object.keys(arrival.settings).length,
    keyFiles: [...new Set(arrival.secrets.flatMap(({ value }) => keyFileIn(value)))],
  }
}

/** The file of a private key that a sign-in names: it lies on the other computer. */
function keyFileIn(value: string): string[] {
  const secret = sshSecret.safeParse(parseJson(value)).data
  const file = secret?.kind === 'key' ? keyFileOf(secret.key) : null
  return file === null ? [] : [file.slice(0, 1_024)]
}
