import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { RelayError } from '../../../api/errors.ts'
import type { StockData } from './import-plan.ts'
import { readStockFile } from './stock-file.ts'
import { stockClient, stockGlobal, stockHost, stockTunnel } from './stock-records.ts'

const maxFileBytes = 64 * 1024 * 1024

/**
 * The files of a stock conf folder, or of one that holds `conf`. A file that is missing is empty.
 * `from`: the conf folder that they were copied from, if they were; paths in them are relative to it.
 */
export async function readStockFolder(
  folder: string,
  from?: string,
): Promise<StockData & { folder: string }> {
  const outer = resolve(folder)
  for (const conf of [outer, join(outer, 'conf')]) {
    const [clients, tunnels, hosts, global] = await Promise.all([
      readBounded(join(conf, 'clients.json')),
      readBounded(join(conf, 'tasks.json')),
      readBounded(join(conf, 'hosts.json')),
      readBounded(join(conf, 'global.json')),
    ])
    if (clients === undefined) continue
    const origin = from ?? conf
    return {
      folder: origin,
      runPath: dirname(origin),
      clients: readStockFile(clients, stockClient),
      tunnels: readStockFile(tunnels ?? '', stockTunnel),
      hosts: readStockFile(hosts ?? '', stockHost),
      global: readStockFile(global ?? '', stockGlobal),
    }
  }
  throw new RelayError(
    'not-found',
    `There is no clients.json in ${outer} or its conf. Name the folder in which stock nps keeps it, often /etc/nps/conf.`,
    { what: 'file', path: outer },
  )
}

/** Undefined where there is no such file. */
async function readBounded(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path)
    if (size > maxFileBytes) {
      const problem = `${path} is larger than ${maxFileBytes / 1024 / 1024} MiB, which no list of clients is.`
      throw new RelayError('invalid-input', problem, { path })
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'EACCES') {
      const message = `${path} may not be read by the user that nps runs as. Copy the folder and give it to that user.`
      throw new RelayError('not-possible-here', message, { path }, { cause: error })
    }
    throw error
  }
}
