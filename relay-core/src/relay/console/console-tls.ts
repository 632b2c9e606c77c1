import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { RelayError } from '../../api/errors.ts'
import type { RelayConfig } from '../../config/relay/relay-config.ts'

export interface ConsoleTls {
  readonly cert: string
  readonly key: string
}

/**
 * The console's certificate and key as they are on the disk now.
 *
 * @throws RelayError `config-invalid` when one cannot be read, or they do not belong together
 */
export async function readConsoleTls(files: NonNullable<RelayConfig['webTls']>): Promise<ConsoleTls> {
  const { certFile, keyFile } = files
  try {
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
    createSecureContext({ cert, key })
    return { cert, key }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RelayError(
      'config-invalid',
      `The console cannot use web_cert_file ${certFile} with web_key_file ${keyFile}: ${reason}. ` +
        'Name a PEM certificate and its key, or set web_open_ssl=false.',
      { path: certFile, problem: reason, line: 1 },
      { cause: error },
    )
  }
}
