import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext, type SecureContext } from 'node:tls'
import { systemClock } from '../../async/time/clock.ts'
import { RelayError } from '../../api/errors.ts'
import type { Log } from '../../log/log.ts'

/** A chain with many names is some 20 KiB; anything larger than this is not a certificate. */
const maxFileBytes = 256 * 1024
/** How long the files' state may be cached: a renewed certificate is used for visitors after that. */
const lookAgainMs = 1_000

export interface CertificateFiles {
  readonly certFile: string
  readonly keyFile: string
}

/**
 * A certificate and its key from two PEM files. They are checked when a visitor connects: changed files are read again
 * without a restart; if they cannot be used, the last good ones stay in use and the log says so, once.
 */
export class Certificate {
  readonly #files: CertificateFiles
  readonly #log: Log
  readonly #now: () => number
  #context: SecureContext | undefined
  #stamp = ''
  #lookedAtMs = 0
  #looking: Promise<void> | undefined

  constructor(files: CertificateFiles, { log, now = systemClock.now }: { log: Log; now?: () => number }) {
    this.#files = files
    this.#log = log
    this.#now = now
  }

  /** Rejects with `certificate-invalid` when the files cannot be used. */
  async load(): Promise<void> {
    const stamp = await this.#stampOf()
    this.#context = await this.#read()
    this.#stamp = stamp
    this.#lookedAtMs = this.#now()
  }

  /** What to present to the next visitor; undefined as long as the files have never been usable. */
  async current(): Promise<SecureContext | undefined> {
    if (this.#context === undefined || this.#now() - this.#lookedAtMs >= lookAgainMs) {
      this.#looking ??= this.#lookAgain().finally(() => {
        this.#looking = undefined
      })
      await this.#looking
    }
    return this.#context
  }

  async #lookAgain(): Promise<void> {
    this.#lookedAtMs = this.#now()
    let stamp = 'unreadable'
    try {
      stamp = await this.#stampOf()
      if (stamp === this.#stamp) return
      this.#context = await this.#read()
      this.#log.info('certificate read again', { file: this.#files.certFile })
    } catch (error) {
      if (stamp === this.#stamp) return
      this.#log.error(
        this.#context ? 'new certificate not used, the old one stays' : 'certificate not usable',
        {
          file: this.#files.certFile,
          reason: error,
        },
      )
    }
    this.#stamp = stamp
  }

  async #stampOf(): Promise<string> {
    const { certFile, keyFile } = this.#files
    const facts = await Promise.all([certFile, keyFile].map((path) => explaining(path, () => stat(path))))
    return facts.map(({ mtimeMs, ctimeMs, size, ino }) => `${mtimeMs} ${ctimeMs} ${size} ${ino}`).join('\n')
  }

  async #read(): Promise<SecureContext> {
    const { certFile, keyFile } = this.#files
    const [cert, key] = await Promise.all([readPem(certFile), readPem(keyFile)])
    const certificate = parsed(certFile, 'a PEM certificate', () => new X509Certificate(cert))
    const privateKey = parsed(keyFile, 'a PEM private key without a passphrase', () => createPrivateKey(key))
    if (!certificate.checkPrivateKey(privateKey)) {
      throw invalid(certFile, `The key in ${keyFile} does not belong to the certificate in ${certFile}.`)
    }
    return parsed(certFile, 'a certificate chain that TLS can use', () =>
      createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
    )
  }
}

async function readPem(path: string): Promise<Buffer> {
  return explaining(path, async () => {
    const { size } = await stat(path)
    if (size > maxFileBytes) throw invalid(path, `${path} is larger than ${maxFileBytes / 1024} KiB.`)
    return readFile(path)
  })
}

async function explaining<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RelayError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw invalid(path, `There is no file ${path} on the server.`)
    if (code === 'EACCES') throw invalid(path, `The relay may not read ${path}. Let its user read it.`)
    throw invalid(path, `${path} cannot be read: ${code ?? String(error)}.`)
  }
}

/** Says what was expected, without quoting the file. */
function parsed<T>(path: string, expected: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw new RelayError('certificate-invalid', `${path} is not ${expected}.`, { path }, { cause })
  }
}

function invalid(path: string, message: string): RelayError {
  return new RelayError('certificate-invalid', message, { path })
}
