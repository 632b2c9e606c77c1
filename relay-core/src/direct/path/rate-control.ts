import type { DeliveryRate } from './delivery.ts'
import { GreatestRate } from './greatest-rate.ts'

/** 2/ln 2: the least gain with which the rate doubles each round trip (BBR). */
const startGain = 2.885
const drainGain = 1 / startGain
/** One round trip of eight tries more, the next one gives the queue back. */
const cycleGains = [1.25, 0.75, 1, 1, 1, 1, 1, 1]
const firstCruise = 2
/** The start is over when the rate has not grown by a quarter in three round trips. */
const fullGrowth = 1.25
const fullRounds = 3
const startPackets = 32
const minPackets = 16
/** This many tries in a row after which the way carried a fifth more: it has become faster, and the start begins again. */
const growingTries = 2
const tryGrowth = 1.2
/** The queue has to be emptied now and then to see the round trip without it. */
const minRoundTripAgeMs = 10_000
const emptyQueueMs = 200
/** What is on the way meanwhile, of what the way holds: a quarter less for 200 ms costs a copy a twentieth of that second. */
const emptyPart = 0.75
/** A rate from a few packets says nothing of loss. */
const lossySampleBytes = 30_000
/** Beyond this part of a round trip's bytes someone on the way drops because of the rate: a policer, a small buffer. */
const maxLossPart = 0.1

/** What an ACK says of the way that carried what it acknowledges. */
export interface AckedOnWay {
  readonly nowMs: number
  /** Of the newest packet, if it gives a sample. */
  readonly roundTripMs: number | undefined
  readonly rate: DeliveryRate | undefined
  /** How much had been delivered when the newest packet was sent, and has been now. */
  readonly deliveredBefore: number
  readonly delivered: number
  readonly isAppLimited: boolean
  readonly ackedBytes: number
  readonly lostBytes: number
  readonly inFlightBefore: number
  readonly inFlight: number
}

/**
 * How fast to send on one way, and how much may be on it: BBR, simplified. The pace is the greatest delivery rate of the last
 * ten round trips; single losses do not slow it down, as they would CUBIC, so that a Wi-Fi that loses one packet of a hundred
 * costs one hundredth.
 */
export class RateControl {
  /** How many bytes may be unacknowledged. */
  windowBytes: number
  readonly #rate = new GreatestRate()
  readonly #packetBytes: number
  readonly #initialRoundTripMs: number
  #phase: 'start' | 'drain' | 'cruise' | 'empty' = 'start'
  #gain = startGain
  #round = 0
  #roundEndsAt = 0
  #deliveredAtRound = 0
  #lostInRound = 0
  #fullRate = 0
  #fullCount = 0
  #minRoundTripMs = Number.POSITIVE_INFINITY
  #minRoundTripAtMs = 0
  #emptyUntilMs = 0
  #cycle = 0
  #cycleAtMs = 0
  #rateBeforeTry = 0
  #grownTries = 0
  /** What many losses have taken off the pace. */
  #cut = 1

  constructor({ packetBytes, roundTripMs }: { packetBytes: number; roundTripMs: number }) {
    this.#packetBytes = packetBytes
    this.#initialRoundTripMs = Math.max(1, roundTripMs)
    this.windowBytes = startPackets * packetBytes
  }

  /** The pace, in bytes per millisecond. */
  get bytesPerMs(): number {
    const rate = this.#rate.bytesPerMs
    if (rate === 0) return (this.windowBytes / this.#initialRoundTripMs) * startGain
    return Math.max(2, rate * this.#gain * this.#cut)
  }

  /** The greatest rate of the last round trips; 0 before the first. */
  get greatestBytesPerMs(): number {
    return this.#rate.bytesPerMs
  }

  /** Packets that nobody has acknowledged in time. */
  onLost(bytes: number): void {
    this.#lostInRound += bytes
  }

  onAck(acked: AckedOnWay): void {
    this.#lostInRound += acked.lostBytes
    if (acked.roundTripMs !== undefined) this.#noteRoundTrip(acked.roundTripMs, acked.nowMs)
    const isNewRound = acked.deliveredBefore >= this.#roundEndsAt
    if (isNewRound) this.#beginRound(acked)
    if (acked.rate) this.#rate.add(acked.rate, this.#round)
    this.#move(acked, isNewRound)
    this.#setWindow(acked.ackedBytes)
  }

  get #pipeBytes(): number {
    const roundTripMs =
      this.#minRoundTripMs < Number.POSITIVE_INFINITY ? this.#minRoundTripMs : this.#initialRoundTripMs
    return this.#rate.bytesPerMs * roundTripMs
  }

  #noteRoundTrip(roundTripMs: number, nowMs: number): void {
    const isOld = nowMs - this.#minRoundTripAtMs > minRoundTripAgeMs
    if (roundTripMs <= this.#minRoundTripMs) {
      this.#minRoundTripMs = roundTripMs
      this.#minRoundTripAtMs = nowMs
    } else if (isOld && this.#phase === 'cruise') {
      this.#phase = 'empty'
      this.#emptyUntilMs = nowMs + emptyQueueMs
      this.#minRoundTripMs = roundTripMs
      this.#minRoundTripAtMs = nowMs
    }
  }

  #beginRound({ delivered }: AckedOnWay): void {
    this.#round += 1
    this.#roundEndsAt = delivered
    const bytes = delivered - this.#deliveredAtRound
    this.#deliveredAtRound = delivered
    const lossPart = this.#lostInRound / Math.max(1, bytes + this.#lostInRound)
    this.#lostInRound = 0
    if (lossPart > maxLossPart && bytes > lossySampleBytes) {
      this.#cut = Math.max(0.5, this.#cut * 0.85)
      if (this.#phase === 'start') this.#fullCount = fullRounds
    } else if (this.#cut < 1) {
      this.#cut = Math.min(1, this.#cut + 0.02)
    }
  }

  #move({ nowMs, isAppLimited, inFlight, inFlightBefore, lostBytes }: AckedOnWay, isNewRound: boolean): void {
    if (this.#phase === 'start') {
      if (isNewRound && !isAppLimited) {
        if (this.#rate.bytesPerMs >= this.#fullRate * fullGrowth) {
          this.#fullRate = this.#rate.bytesPerMs
          this.#fullCount = 0
        } else {
          this.#fullCount += 1
        }
      }
      if (this.#fullCount >= fullRounds) {
        this.#phase = 'drain'
        this.#gain = drainGain
      }
    }
    if (this.#phase === 'drain' && inFlight <= this.#pipeBytes) this.#cruise(nowMs)
    if (this.#phase === 'empty' && nowMs > this.#emptyUntilMs) this.#cruise(nowMs)
    if (this.#phase !== 'cruise') return
    const sinceMs = nowMs - this.#cycleAtMs
    if (sinceMs <= Math.max(this.#minRoundTripMs, 2)) return
    // Trying more goes on until more has been on the way, or it was too much.
    const hasTried =
      inFlightBefore >= this.#pipeBytes * 1.2 || sinceMs > 3 * this.#minRoundTripMs + 10 || lostBytes > 0
    if (this.#cycle === 0 && !hasTried) return
    this.#cycle = (this.#cycle + 1) % cycleGains.length
    this.#cycleAtMs = nowMs
    this.#gain = cycleGains[this.#cycle] ?? 1
    if (this.#cycle === firstCruise) this.#judgeTry()
  }

  /** What the try has brought is known a round trip after it. */
  #judgeTry(): void {
    const rate = this.#rate.bytesPerMs
    this.#grownTries = rate >= this.#rateBeforeTry * tryGrowth ? this.#grownTries + 1 : 0
    this.#rateBeforeTry = rate
    if (this.#grownTries < growingTries || this.#cut < 1) return
    this.#grownTries = 0
    this.#phase = 'start'
    this.#gain = startGain
    this.#fullRate = rate
    this.#fullCount = 0
  }

  #cruise(nowMs: number): void {
    this.#phase = 'cruise'
    this.#cycle = firstCruise
    this.#cycleAtMs = nowMs
    this.#gain = 1
    this.#rateBeforeTry = this.#rate.bytesPerMs
  }

  #setWindow(ackedBytes: number): void {
    const grown = this.windowBytes + ackedBytes
    const rate = this.#rate.bytesPerMs
    if (this.#phase === 'start') {
      const target = Math.max(startPackets * this.#packetBytes, this.#pipeBytes * startGain + rate * 8)
      this.windowBytes = rate > 0 ? Math.min(grown, target) : grown
    } else if (this.#phase === 'empty') {
      this.#gain = 1
      this.windowBytes = Math.min(grown, Math.max(4 * this.#packetBytes, this.#pipeBytes * emptyPart))
    } else {
      // 8 ms more than twice the pipe: ACKs and timers come in batches.
      const target = Math.max(minPackets * this.#packetBytes, this.#pipeBytes * 2 + rate * 8)
      this.windowBytes = Math.min(grown, target)
    }
  }
}
