import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BedNetwork } from './network.ts'
import { metadataAddresses, type Provider } from './metadata-answers.ts'

/**
 * What a cloud provider answers its machines at its well-known address. Only the cloud machine reaches it.
 * Runs as a process in the router's network namespace, where the address is.
 */
export class MetadataService {
  readonly #network: BedNetwork
  #server: ChildProcess | undefined
  #address: string | undefined

  constructor(network: BedNetwork) {
    this.#network = network
  }

  /** Makes the cloud machine appear to be a machine of that provider. */
  async pretend(provider: Provider): Promise<void> {
    await this.close()
    const address = metadataAddresses[provider]
    await this.#network.inRouter('ip', ['address', 'add', `${address}/32`, 'dev', 'cloud'])
    this.#address = address
    const program = fileURLToPath(new URL('./metadata-server.ts', import.meta.url))
    const server = spawn(
      'ip',
      [
        'netns',
        'exec',
        this.#network.namespace('router'),
        'setpriv',
        '--pdeathsig',
        'KILL',
        process.execPath,
        program,
        provider,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    this.#server = server
    const failed = once(server, 'exit').then(([code]) => {
      throw new Error(
        `The metadata server for "${provider}" ended with exit code ${code} before it listened.`,
      )
    })
    // It prints one line, when it listens.
    await Promise.race([once(server.stdout, 'data'), failed])
    failed.catch(() => undefined)
  }

  /** Makes the cloud machine one of no known provider: the address does not answer. */
  async close(): Promise<void> {
    const server = this.#server
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      const gone = once(server, 'exit')
      server.kill('SIGKILL')
      await gone
    }
    this.#server = undefined
    if (this.#address !== undefined) {
      await this.#network.inRouter('ip', ['address', 'delete', `${this.#address}/32`, 'dev', 'cloud'])
      this.#address = undefined
    }
  }
}
