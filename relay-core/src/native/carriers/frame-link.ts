import type { FrameReceiver } from '../../wire/frame.ts'

/** What a carrier needs of what is beneath it: a connection, or several one after the other (`SurvivingLink`). */
export interface FrameLink {
  receiver: FrameReceiver
  /** Fulfils once, with what went wrong or undefined after an orderly end. */
  readonly closed: Promise<Error | undefined>
  readonly isClosed: boolean
  /** It has been cut: it serves its stream to the end, and no other. */
  readonly isSpent: boolean
  /** Something was sent of which it is not known that the peer has it. Only links that survive know. */
  readonly owes: boolean
  /** What has been written and not yet been handed to the system, in bytes. */
  readonly unsentBytes: number
  /** The stream's reader pauses: TCP stops the sender. */
  pause(): void
  resume(): void
  /** Sends a whole frame. */
  send(frame: Uint8Array): void
  /** Sends the answer to a message; a peer that keeps asking but does not read the answers loses the link. */
  answer(frame: Uint8Array): void
  /** Sends bytes of a stream as DATA; calls back when there is room for more. One call at a time. */
  sendData(chunk: Uint8Array, done: () => void): void
  /** Sends a PACKED frame in the same way. */
  sendPacked(frame: Uint8Array, done: () => void): void
  /** Ends the link after what has been written. */
  end(): void
  /** Ends the link now. Idempotent. */
  destroy(error?: Error): void
}
