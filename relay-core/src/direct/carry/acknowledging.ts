import type { Clock } from '../../async/time/clock.ts'
import { Alarm } from '../packets/alarm.ts'
import type { FrameWriter } from '../packets/frame-writer.ts'
import { ReceivedNumbers } from '../packets/received-numbers.ts'

/** This many packets are acknowledged together, or those that have come within this time. */
const packetsOfAck = 16
const maxHoldMs = 5

/** Says which packets have come: at once where one is missing, otherwise now and then. */
export class Acknowledging {
  readonly #clock: Clock
  readonly #numbers = new ReceivedNumbers()
  readonly #alarm: Alarm
  #largestAtMs = 0
  #owed = 0
  #isUrgent = false

  /** `onDue` is called when an ACK has been held back for long enough. */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock
    this.#alarm = new Alarm(clock, () => {
      this.#isUrgent = true
      onDue()
    })
  }

  /** An ACK should go now, with whatever else goes. */
  get isDue(): boolean {
    return this.#owed > 0 && (this.#isUrgent || this.#owed >= packetsOfAck)
  }

  /** It may go with something else. */
  get isOwed(): boolean {
    return this.#owed > 0
  }

  get rangeCount(): number {
    return this.#numbers.ranges.length
  }

  /** False for a packet that has come before: it is not to be read again. */
  take(number: number): boolean {
    const { largest } = this.#numbers
    if (!this.#numbers.add(number)) {
      // Its ACK seems to have got lost.
      this.#owed += 1
      this.#isUrgent = true
      return false
    }
    if (number > largest) this.#largestAtMs = this.#clock.now()
    if (largest >= 0 && number !== largest + 1) this.#isUrgent = true
    return true
  }

  /** The packet just taken asks for an ACK. */
  owe(): void {
    this.#owed += 1
    if (!this.#alarm.isSet) this.#alarm.setTo(this.#clock.now() + maxHoldMs)
  }

  write(writer: FrameWriter): void {
    writer.ack(this.#numbers.ranges, this.#clock.now() - this.#largestAtMs)
    this.#owed = 0
    this.#isUrgent = false
    this.#alarm.clear()
  }

  [Symbol.dispose](): void {
    this.#alarm.clear()
  }
}
