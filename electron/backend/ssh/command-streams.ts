import type { ClientChannel } from 'ssh2'
import type { AppError } from '../failures/app-error.ts'
import type { FramedAnswer } from './commands/framed-answer.ts'
import { cancelled } from './ssh-errors.ts'

/** What a command reads, and who takes what it prints. */
export interface CommandStreams {
  /** What the command reads; its end is passed on. */
  readonly stdin: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** Takes what the command prints, and says when nothing more of it matters. */
  readonly answer: FramedAnswer
}

/** The connection beneath, as far as a command has to know. */
interface Beneath {
  readonly lost: AppError | null
  /** `tell` is called when the connection is gone, unless the answer was disposed of before. */
  whenGone(tell: (lost: AppError) => void): Disposable
}

/** What one command may print in all, the greetings of the account's shell included; more is a runaway. */
const maxOutputBytes = 4 * 1024 * 1024

/** Talks with a command to its end, or until the answer is whole; the exit code, or null where the machine did not say one. */
export function converse(
  channel: ClientChannel,
  { stdin, answer }: CommandStreams,
  beneath: Beneath,
  signal: AbortSignal,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    let exitCode: number | null = null
    const settled = new AbortController()
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort)
      gone[Symbol.dispose]()
      settled.abort()
    }
    const fail = (error: Error): void => {
      settle()
      channel.close()
      reject(error)
    }
    const onAbort = (): void => fail(signal.reason instanceof Error ? signal.reason : cancelled())
    const gone = beneath.whenGone(fail)
    const collect = (into: FramedAnswer['stdout']) => (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxOutputBytes)
        return fail(new Error(`a command printed more than ${maxOutputBytes} bytes`))
      into.push(chunk)
      // What the account's shell left running in the background may hold the channel open for ever.
      if (answer.isWhole) channel.close()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    channel.on('data', collect(answer.stdout))
    channel.stderr.on('data', collect(answer.stderr))
    channel.once('exit', (code: number | null) => (exitCode = code))
    channel.once('error', fail)
    channel.once('close', () => {
      settle()
      if (beneath.lost && !answer.isWhole) return reject(beneath.lost)
      resolve(exitCode)
    })
    if (signal.aborted) return onAbort()
    feed(channel, stdin, settled.signal).catch(fail)
  })
}

/**
 * Writes as fast as the far side reads, until the command has settled: one that ends early is no failure of ours, and a channel
 * whose connection is gone says neither `drain` nor `close`.
 */
async function feed(
  channel: ClientChannel,
  chunks: CommandStreams['stdin'],
  settled: AbortSignal,
): Promise<void> {
  let isOver = settled.aborted
  let goOn: () => void = () => undefined
  const end = (): void => {
    isOver = true
    goOn()
  }
  settled.addEventListener('abort', end, { once: true })
  channel.once('exit', end)
  channel.on('drain', () => goOn())
  for await (const chunk of chunks) {
    if (isOver || !channel.writable) return
    // Set before the write, so that a drain cannot slip in between.
    const canGoOn = new Promise<void>((resolve) => (goOn = resolve))
    if (!channel.write(chunk)) await canGoOn
  }
  if (!isOver && channel.writable) channel.end()
}
