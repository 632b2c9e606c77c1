import type { Targets } from '../../harness/peers/loopback-targets.ts'

/** A stock relay can leave a visitor hanging that comes just before the agent. */
const attemptMs = 2000
const deadlineMs = 40_000
const greeting = Buffer.from('are you there?')

/** Sends and takes back as much; the visitor ends only then, since a stock relay knows no half close. */
export async function exchange(
  targets: Targets,
  port: number,
  bytes: Buffer,
  timeoutMs = 50_000,
): Promise<Buffer> {
  const visitor = await targets.visit(port)
  visitor.setTimeout(timeoutMs, () => visitor.destroy())
  const parts: Buffer[] = []
  let length = 0
  const whole = new Promise<void>((resolve, reject) => {
    visitor.on('data', (part) => {
      parts.push(part)
      length += part.length
      if (length >= bytes.length) resolve()
    })
    visitor.once('close', () => reject(new Error(`closed after ${length} of ${bytes.length} bytes`)))
  })
  visitor.write(bytes)
  await whole
  visitor.destroy()
  return Buffer.concat(parts)
}

/** Waits until a visitor gets its bytes back: the only sign of being online that every relay gives. */
export async function echoes(targets: Targets, port: number): Promise<void> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    try {
      const answer = await exchange(targets, port, greeting, attemptMs)
      if (!answer.equals(greeting)) throw new Error(`the echo was ${String(answer)}`)
      return
    } catch (cause) {
      if (performance.now() > deadline) throw new Error(`no echo within ${deadlineMs} ms`, { cause })
      // A relay whose agent is away turns visitors away at once: the next one comes a little later.
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
