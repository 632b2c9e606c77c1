import type { Failure, Overview, Settings, SshEntriesChoice } from '@nps-desktop/electron/contract'
import { sshSecret } from '@nps-desktop/electron/contract'
import { Feed } from '@nps-desktop/relay-core/async'
import type { Log } from '@nps-desktop/relay-core/log'
import { failureOfError } from '../failures/failure-of-error.ts'
import { keyFileOf } from '../ssh/keys/private-key.ts'
import { secretName } from '../ssh/machines.ts'
import { jumpAddress, wayThrough } from '../ssh/way.ts'
import { parseJson } from '../storage/file/parse-json.ts'
import type { Storage } from '../storage/records.ts'
import {
  entriesText,
  knownHostsText,
  namesIn,
  pathValue,
  type SshEntry,
  type WholeHostKey,
} from './entries-text.ts'
import { hostNames } from './host-names.ts'
import { readKnownNames } from './known-names.ts'
import { type SshHost, sshHosts } from './ssh-hosts.ts'
import type { SshSettings } from './ssh-settings.ts'

export interface KeptEntries {
  readonly wish: SshEntriesChoice
  /** Why they are not as they should be; null while they are. */
  readonly failure: Failure | null
  /** By lab box. */
  readonly names: Readonly<Record<string, string>>
}

/**
 * The app's entries in the ssh settings of this account, where the person has allowed them: one for each lab box with an SSH
 * tunnel, rewritten when a tunnel, a name, a sign-in or a host key changes. One thing at a time; a kill at any moment leaves
 * the settings whole.
 */
export class SshEntries {
  readonly feed: Feed<KeptEntries>
  readonly #storage: Storage
  readonly #overview: Feed<Overview>
  readonly #settings: SshSettings
  readonly #save: (change: Pick<Settings, 'sshEntries'>) => void
  readonly #log: Log
  readonly #subscriptions = new DisposableStack()
  #work: Promise<unknown> = Promise.resolve()
  #isWaiting = false
  #hosts = ''

  constructor(options: {
    storage: Storage
    overview: Feed<Overview>
    settings: SshSettings
    save: (change: Pick<Settings, 'sshEntries'>) => void
    log: Log
  }) {
    this.#storage = options.storage
    this.#overview = options.overview
    this.#settings = options.settings
    this.#save = options.save
    this.#log = options.log
    this.feed = new Feed<KeptEntries>({ wish: this.#wish(), failure: null, names: {} })
  }

  start(): void {
    this.#subscriptions.use(
      this.#overview.subscribe((overview) => {
        const hosts = JSON.stringify(sshHosts(overview))
        if (hosts === this.#hosts) return
        this.#hosts = hosts
        this.#follow()
      }),
    )
    // a sign-in or a host key
    this.#subscriptions.use(this.#storage.onChange(() => this.#follow()))
    this.#follow()
  }

  /** What has begun is finished. */
  async close(): Promise<void> {
    this.#subscriptions.dispose()
    this.feed.close()
    await this.#work
  }

  /** The person's answer. Rejects with `ssh-config-unwritable`; then all is as before. */
  async keep(isOn: boolean): Promise<void> {
    await this.#next(async () => {
      if (!isOn) {
        // a person who says no at once has nothing of the app's there
        if (this.#wish() === 'on') await this.#settings.remove()
        this.#tell('off')
        return
      }
      const before = this.#wish()
      // First: after a kill before the last step they count as switched off.
      this.#save({ sshEntries: 'on' })
      try {
        const names = await this.#write()
        await this.#settings.addInclude()
        this.#tell('on', names)
      } catch (error) {
        this.#save({ sshEntries: before })
        throw error
      }
    })
  }

  #follow(): void {
    if (this.#isWaiting || this.#wish() !== 'on') return
    this.#isWaiting = true
    void this.#next(async () => {
      this.#isWaiting = false
      if (this.#wish() !== 'on') return
      try {
        if (await this.#settings.isIncluded()) this.#tell('on', await this.#write())
        else {
          // who has taken the line out does not want it back
          await this.#settings.remove()
          this.#tell('off')
        }
      } catch (error) {
        const failure = failureOfError(error)
        this.#log.warn('the entries in the ssh settings are not up to date', { reason: failure.message })
        this.feed.set({ ...this.feed.value, failure })
      }
    })
  }

  /** Answers with the names. */
  async #write(): Promise<Record<string, string>> {
    const { config, own, knownHostsValue } = this.#settings
    const hosts = sshHosts(this.#overview.value)
    const isTaken = await readKnownNames(config, (await this.#settings.read()) ?? '', { own: [own] })
    const names = hostNames(hosts, { isTaken, kept: namesIn(await this.#settings.readOwn()) })
    const entries: SshEntry[] = []
    for (const host of hosts) {
      const name = names.get(host.labId)
      if (name === undefined) continue
      const identityFile = await this.#identityFile(host.labId)
      entries.push({ name, host, hostKey: this.#hostKey(host), identityFile })
    }
    await this.#settings.writeOwn({
      entries: entriesText(entries, { knownHosts: knownHostsValue }),
      knownHosts: knownHostsText(entries),
    })
    return Object.fromEntries(names)
  }

  /** The key that was confirmed for the tunnel's own port, else for the address of the lab box, to whose sshd the tunnel leads. */
  #hostKey({ labId, host, port }: SshHost): WholeHostKey | null {
    const { hostKeys, labs } = this.#storage
    const lab = labs.get(labId)
    const pinned =
      hostKeys.get({ host, port, way: '' }) ??
      (lab?.address &&
        hostKeys.get({ ...lab.address, way: wayThrough(jumpAddress(this.#storage, lab.jump)) }))
    const { algorithm, key } = pinned ?? {}
    return algorithm !== undefined && key ? { algorithm, key } : null
  }

  async #identityFile(id: string): Promise<string | null> {
    const text = await this.#storage.secrets.get(secretName({ kind: 'lab', id })).catch(() => null)
    const secret = text === null ? null : sshSecret.safeParse(parseJson(text)).data
    const file = secret?.kind === 'key' ? keyFileOf(secret.key) : null
    return file === null ? null : pathValue(file, { isWindows: process.platform === 'win32' })
  }

  #wish(): SshEntriesChoice {
    return this.#storage.settings.get().sshEntries
  }

  #tell(wish: SshEntriesChoice, names: Record<string, string> = {}): void {
    if (wish !== this.#wish()) this.#save({ sshEntries: wish })
    this.feed.set({ wish, failure: null, names })
  }

  async #next(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => undefined)
    await done
  }
}
