import type { WebhookKind, WebhookLanguage } from '../../api/webhook/webhook-models.ts'
import type { StateFile } from './state-file.ts'
import { StoredRow } from './stored-row.ts'

export interface WebhookRecord {
  readonly kind: WebhookKind
  /** Whoever knows it can write to the service. */
  readonly url: string
  readonly secret: string | null
  readonly language: WebhookLanguage
  readonly setAtMs: number
}

/** What a relay that starts again needs to know of what it has told. */
export interface ToldState {
  /** By lab box, its client's number: since when it is away, where that has been told. */
  readonly labsAway?: Readonly<Record<string, number>>
  /** By quota: the highest level that has been told, in percent. */
  readonly quotas?: Readonly<Record<string, number>>
}

/** The one webhook of the relay, in the state file, which only the relay's account can read. */
export class WebhookStore {
  readonly #database: StateFile

  constructor(database: StateFile) {
    this.#database = database
  }

  get(): WebhookRecord | undefined {
    const values = this.#database.prepare('select * from webhook').get()
    if (!values) return undefined
    const row = new StoredRow('webhook', values)
    return {
      kind: row.text('kind') as WebhookKind,
      url: row.text('url'),
      secret: row.textOrNull('secret'),
      language: row.text('language') as WebhookLanguage,
      setAtMs: row.integer('set_at_ms'),
    }
  }

  /** Takes the place of the one before; what that has told is forgotten. */
  set({ kind, url, secret, language, setAtMs }: WebhookRecord): void {
    this.#database
      .prepare(
        `insert or replace into webhook (id, kind, url, secret, language, set_at_ms, told)
         values (1, ?, ?, ?, ?, ?, '{}')`,
      )
      .run(kind, url, secret, language, setAtMs)
  }

  remove(): void {
    this.#database.prepare('delete from webhook').run()
  }

  told(): ToldState {
    const values = this.#database.prepare('select id, told from webhook').get()
    return values ? new StoredRow('webhook', values).json<ToldState>('told') : {}
  }

  setTold(told: ToldState): void {
    this.#database.prepare('update webhook set told = ?').run(JSON.stringify(told))
  }
}
