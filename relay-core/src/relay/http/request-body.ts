import type { IncomingMessage } from 'node:http'

/** The whole body as text, or undefined when it has more than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The value of a JSON body; undefined if it is too long or not JSON. An empty body is an empty object. */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const text = await readBody(request, maxBytes)
  if (text === undefined) return undefined
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    // Not JSON: the caller refuses it with a message, like any other unexpected input.
    return undefined
  }
}
