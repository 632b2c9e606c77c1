import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeyFile } from '../backend/key-file.ts'
import type { Storage } from '../backend/storage/records.ts'
import { openStorage } from '../backend/storage/storage.ts'

/** The app's data in a folder for one test, which goes with it. */
export class DataFolder implements AsyncDisposable {
  readonly path: string
  storage: Storage

  private constructor(path: string, storage: Storage) {
    this.path = path
    this.storage = storage
  }

  static async open(): Promise<DataFolder> {
    const path = await mkdtemp(join(tmpdir(), 'nps-desktop-data-'))
    return new DataFolder(path, await openStorageIn(path))
  }

  /** As when the app is started again. */
  async reopen(): Promise<Storage> {
    this.storage.close()
    return (this.storage = await openStorageIn(this.path))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.storage.close()
    await rm(this.path, { recursive: true })
  }
}

/** The app's data in `folder`, as the app opens it. */
export async function openStorageIn(folder: string): Promise<Storage> {
  return openStorage({ dataFolder: folder, ...(await openKeyFile(folder)) })
}
