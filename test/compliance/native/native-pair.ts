import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Spawned } from './spawned.ts'
import type { StreamPair } from './suite-pair.ts'

const runner = fileURLToPath(new URL('native-runner.ts', import.meta.url))

export const testVkey = 'a-key-for-tests-0123456789abcdef'

/** A relay and its agent as two processes on loopback, on one runtime. */
export class NativePair implements StreamPair {
  readonly #runtime: string
  readonly #folder: string
  readonly #others: Spawned[] = []
  relay: Spawned
  agent: Spawned
  #bridgePort = 0
  fingerprint = ''

  private constructor(runtime: string, folder: string, relay: Spawned, agent: Spawned) {
    this.#runtime = runtime
    this.#folder = folder
    this.relay = relay
    this.agent = agent
  }

  /** Both are up and have found each other; `way`: through which port the agent goes, by that of the relay. */
  static async start(
    runtime: string,
    way: (bridgePort: number) => Promise<number> = (port) => Promise.resolve(port),
    relayExtra: readonly 'without-survival'[] = [],
  ): Promise<NativePair> {
    const folder = await mkdtemp(join(tmpdir(), 'nps-pair-'))
    const relay = new Spawned(runtime, [runner, 'relay', folder, '0', testVkey, ...relayExtra])
    const { port, fingerprint } = await relay.event(({ event }) => event === 'listening')
    const server = `127.0.0.1:${await way(Number(port))}`
    const agent = new Spawned(runtime, [runner, 'agent', server, testVkey])
    const pair = new NativePair(runtime, folder, relay, agent)
    pair.#bridgePort = Number(port)
    pair.fingerprint = String(fingerprint)
    await relay.event(({ event, state }) => event === 'agent' && state === 'online')
    return pair
  }

  get bridgePort(): number {
    return this.#bridgePort
  }

  /** Opens a tunnel on any free port; answers the port. */
  open(id: number, target: number | string, port = 0): Promise<number> {
    return this.relay.call('open', {
      id,
      port,
      target: typeof target === 'number' ? `127.0.0.1:${target}` : target,
    })
  }

  counters(id: number): ReturnType<StreamPair['counters']> {
    return this.relay.call('counters', { id })
  }

  probe(id: number): ReturnType<StreamPair['probe']> {
    return this.relay.call('probe', { id })
  }

  /** One more agent, for the same relay unless told otherwise. */
  anotherAgent(vkey = testVkey, fingerprint?: string, server = `127.0.0.1:${this.#bridgePort}`): Spawned {
    const agent = new Spawned(this.#runtime, [
      runner,
      'agent',
      server,
      vkey,
      ...(fingerprint ? [fingerprint] : []),
    ])
    this.#others.push(agent)
    return agent
  }

  /** The relay again, on the same port; with another key when `folder` is another. */
  async restartRelay(): Promise<void> {
    this.#others.push(this.relay)
    this.relay = new Spawned(this.#runtime, [
      runner,
      'relay',
      this.#folder,
      String(this.#bridgePort),
      testVkey,
    ])
    await this.relay.event(({ event }) => event === 'listening')
  }

  async forgetIdentity(): Promise<void> {
    await rm(join(this.#folder, 'identity.pem'))
  }

  /** The agent again, after a kill of the one before or in its place. */
  restartAgent(): void {
    this.#others.push(this.agent)
    this.agent = new Spawned(this.#runtime, [runner, 'agent', `127.0.0.1:${this.#bridgePort}`, testVkey])
  }

  async close(): Promise<void> {
    await Promise.all([this.agent, this.relay, ...this.#others].map((process) => process.kill()))
    await rm(this.#folder, { recursive: true })
  }
}
