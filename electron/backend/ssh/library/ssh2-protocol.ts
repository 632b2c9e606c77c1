import type { KeyObject } from 'node:crypto'

/** What writes the requests on a channel. */
export interface Requests {
  exec(channel: number, command: string, wantReply: boolean): void
  pty(
    channel: number,
    rows: number,
    cols: number,
    heightPx: number,
    widthPx: number,
    term: string,
    modes: null,
    wantReply: boolean,
  ): void
}

/** The ciphers of a connection, which are given their key again for each packet. */
interface Ciphers {
  readonly _cipher?: { _encKey?: Buffer | KeyObject }
  readonly _decipher?: { _decipherKey?: Buffer | KeyObject }
}

declare module 'ssh2' {
  interface Client {
    /** Of ssh2 1.17; its types do not name it, and another version may have none of it: look before use. */
    readonly _protocol?: Partial<Requests> & Ciphers
  }
}
