/**
 * The part `files` of the app in a process of its own, as `AppFiles` starts it. Takes copies from stdin, a line each, and prints the
 * transfers whenever one has changed.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openKeyFile } from '../../electron/backend/key-file.ts'
import { openStorage } from '../../electron/backend/storage/storage.ts'
import type { AppFilesOptions, AppFilesCopy } from './app-files.ts'
import { LabOfSshd } from './lab-of-sshd.ts'

const { sshd, downloads, data } = JSON.parse(process.argv[2] ?? '') as AppFilesOptions
const storage = openStorage({ dataFolder: data, ...(await openKeyFile(data)) })
const privateKey = await readFile(join(sshd.folder, 'user'), 'utf8')
const lab = await LabOfSshd.open({ ...sshd, privateKey }, { downloadsFolder: downloads, storage })
const { signal } = new AbortController()

createInterface({ input: process.stdin }).on('line', (line) => {
  const { direction, folder, names } = JSON.parse(line) as AppFilesCopy
  const place = { labId: 'l1', folder, choices: [] }
  const started =
    direction === 'up'
      ? lab.files.upload({ ...place, paths: [...names] }, { signal })
      : lab.files.download({ ...place, names: [...names] }, { signal })
  started.catch((error: unknown) => {
    console.error(error)
    process.exitCode = 1
    process.stdin.destroy()
  })
})
for await (const transfers of lab.files.watchTransfers(signal)) console.log(JSON.stringify(transfers))
