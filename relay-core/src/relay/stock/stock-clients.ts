import { md5Hex } from '../../stock/messages/handshake.ts'
import type { StockClient } from '../../stock/stock-bridge-options.ts'
import type { ClientRecord } from '../store/client-store.ts'

type StockAccount = Pick<ClientRecord, 'id' | 'vkey' | 'enabled' | 'settings'>

/** Clients by the MD5 of their vkey, which is how stock programs name them. */
export class StockClients {
  readonly #list: () => readonly StockAccount[]
  readonly #md5OfVkey = new Map<string, string>()

  constructor(list: () => readonly StockAccount[]) {
    this.#list = list
  }

  /** Undefined when there is none, or it is switched off. */
  findByVerifyKey(md5: string): StockClient | undefined {
    const clients = this.#list()
    // Keys of clients that have been removed since: everything is computed again, which is rare and quick.
    if (this.#md5OfVkey.size > clients.length) this.#md5OfVkey.clear()
    const found = clients.find(({ vkey, enabled }) => enabled && this.#md5(vkey) === md5)
    if (!found) return undefined
    const { id, settings } = found
    return { id, crypt: settings.crypt ?? false, compress: settings.compress ?? false }
  }

  #md5(vkey: string): string {
    const known = this.#md5OfVkey.get(vkey)
    if (known !== undefined) return known
    const md5 = md5Hex(vkey)
    this.#md5OfVkey.set(vkey, md5)
    return md5
  }
}
