import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '../relay/store/store.ts'

/** A relay's state in a folder for one test, which goes with it. */
export class StoreFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'nps-store-'))
  readonly store: Store

  /** `nowMs`: when the relay starts. */
  constructor(nowMs: number) {
    this.store = openStore(this.path, nowMs)
  }

  [Symbol.dispose](): void {
    this.store.close()
    rmSync(this.path, { recursive: true })
  }
}
