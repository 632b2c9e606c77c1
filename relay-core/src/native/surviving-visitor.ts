import { every } from '../async/time/every.ts'
import { pause } from '../async/wait/pause.ts'
import { NetworkWatch } from '../net/dial/network-watch.ts'
import type { FramedSocket } from './carriers/framed-socket.ts'
import { answerToResume } from './survival/answer-to-resume.ts'
import { Resumer } from './survival/resumer.ts'
import { SurvivingLink } from './survival/surviving-link.ts'
import { SurvivingLinks } from './survival/surviving-links.ts'
import type { VisitLink } from './survival/visit-stream.ts'
import { greetRelay, type VisitPlace } from './visit-link.ts'

/** A visit that waits for an acknowledgement and hears nothing in this many looks has lost its connection, as an agent's link after 9 s. */
const lookIntervalMs = 3_000
const maxSilentLooks = 3

/** How long the relay is tried to be told of a visit that was given up. */
const dropTimeoutMs = 10_000

/** How long it may be told at the end of the program. */
const farewellTimeoutMs = 2_000

type Network = Pick<NetworkWatch, 'onChange' | 'start' | 'close'>

interface Visit {
  readonly token: Uint8Array
  heard: number
  silentLooks: number
}

/** A visitor's end of the visits that survive their connections: it brings each of them another connection. */
export class SurvivingVisitor {
  readonly #place: VisitPlace
  readonly #links = new SurvivingLinks(undefined, { acknowledgesInside: true })
  readonly #visits = new Map<number, Visit>()
  readonly #ended = new AbortController()
  readonly #resumer = new Resumer((link) => this.#resume(link), this.#ended)
  readonly #network: Network
  /** What the relay is being told. */
  readonly #drops = new Set<Promise<void>>()
  #watching: Disposable | undefined
  #lastNumber = 0

  constructor(place: VisitPlace, network: Network = new NetworkWatch()) {
    this.#place = place
    this.#network = network
    this.#links.begin({
      drop: (number) => {
        const told = this.#drop(number).finally(() => this.#drops.delete(told))
        this.#drops.add(told)
      },
      onCut: (link) => {
        if (this.#ended.signal.aborted) link.destroy()
        else this.#resumer.add(link)
      },
    })
  }

  /** The relay has given `token` for a visit on `framed`, which it lets survive. */
  begin(framed: FramedSocket, token: Uint8Array): VisitLink {
    return (isNeeded) => {
      this.#lastNumber += 1
      const number = this.#lastNumber
      const link = new SurvivingLink(framed, { number, place: this.#links, isNeeded })
      this.#visits.set(number, { token, heard: 0, silentLooks: 0 })
      this.#links.add(link)
      this.#watching ??= this.#watch()
      void link.closed.then(() => {
        this.#visits.delete(number)
        if (this.#visits.size > 0) return
        this.#watching?.[Symbol.dispose]()
        this.#watching = undefined
      })
      return link
    }
  }

  /** Ends the visits and tells the relay. Fulfils when it has heard that, or after two seconds. Idempotent. */
  async close(): Promise<void> {
    this.#ended.abort(new Error('the visitor was stopped'))
    const told = [...this.#links.all].map((link) => {
      if (!link.isCut && link.unsentBytes === 0) return link.sayFarewell('stopped')
      // Behind what waits it would be late: another connection says it.
      link.destroy()
      return undefined
    })
    const late = new AbortController()
    await Promise.race([
      Promise.all([...told, ...this.#drops]),
      pause(farewellTimeoutMs, late).catch(() => undefined),
    ])
    late.abort()
  }

  #watch(): Disposable {
    const parts = new DisposableStack()
    // A connection may be dead without a sign.
    parts.use(
      this.#network.onChange(() => {
        for (const link of this.#links.all) this.#resumer.add(link)
      }),
    )
    this.#network.start()
    parts.defer(() => this.#network.close())
    parts.use(every(lookIntervalMs, () => this.#look(), { ref: false }))
    return parts
  }

  #look(): void {
    for (const link of this.#links.all) {
      const visit = this.#visits.get(link.number)
      if (!visit) continue
      const isSilent = link.awaitsAnswer && link.received.heard === visit.heard
      visit.silentLooks = isSilent ? visit.silentLooks + 1 : 0
      visit.heard = link.received.heard
      if (visit.silentLooks < maxSilentLooks) continue
      visit.silentLooks = 0
      this.#resumer.add(link)
    }
  }

  async #resume(link: SurvivingLink): Promise<void> {
    const visit = this.#visits.get(link.number)
    if (!visit) return
    const relay = await greetRelay(this.#place, {
      survival: () => {
        // Before the relay is told how far this end is, nothing more may arrive by the old way.
        link.interrupt()
        return { asks: 'resume', token: visit.token, position: link.received.position }
      },
      signal: this.#ended.signal,
    })
    await answerToResume(link, relay.framed, this.#ended)
    relay.remember()
  }

  async #drop(number: number): Promise<void> {
    const token = this.#visits.get(number)?.token
    if (!token) return
    try {
      const signal = AbortSignal.timeout(dropTimeoutMs)
      const { framed } = await greetRelay(this.#place, { survival: () => ({ asks: 'drop', token }), signal })
      framed.end()
    } catch {
      // The relay waits for a minute, and then ends the visit itself.
    }
  }
}
