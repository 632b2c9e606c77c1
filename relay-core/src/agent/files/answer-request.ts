import { realpath } from 'node:fs/promises'
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { readByteRange } from './byte-range.ts'
import { isSameAsBefore, validatorsOf, weigh } from './conditions.ts'
import { contentType } from '../../files/content-type.ts'
import { findInFolder, type FoundInFolder } from './find-in-folder.ts'
import { listFolder } from './list-folder.ts'
import { listingPage } from './listing-page.ts'
import { readRequestedPath, stripPrefix } from './requested-path.ts'

/** The page that replaces a listing where there is one, as with every other file server. */
const indexName = 'index.html'

/** Bytes per read: a few system calls per megabyte, and little to hold for a visitor that reads slowly. */
const chunkBytes = 256 * 1024

type FoundFile = Extract<FoundInFolder, { kind: 'file' }>

/** Answers one request for something in `folder`. Rejects when the answer could not be given or not be finished. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { folder, stripPrefix: prefix }: { folder: string; stripPrefix: string },
): Promise<void> {
  request.resume()
  response.setHeader('x-content-type-options', 'nosniff')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    // Its request body is not waited for.
    response.setHeader('connection', 'close')
    response.setHeader('allow', 'GET, HEAD')
    answerShortly(response, 405)
    return
  }
  const asked = readRequestedPath(request.url ?? '')
  if (asked === 'unreadable') {
    answerShortly(response, 400)
    return
  }
  const path = asked && stripPrefix(asked, prefix)
  const found: FoundInFolder = path ? await findInFolder(folder, path.names) : { kind: 'missing' }
  if (!path || found.kind === 'missing') {
    answerShortly(response, 404)
  } else if (found.kind === 'file') {
    if (path.isFolder) {
      await found.handle.close()
      answerShortly(response, 404)
    } else await sendFile(request, response, found)
  } else if (!path.isFolder) {
    // Relative, because a prefix may have been stripped from the path.
    response.setHeader('location', `./${encodeURIComponent(asked.names.at(-1) ?? '')}/`)
    answerShortly(response, 301)
  } else {
    const index = await findInFolder(folder, [...path.names, indexName])
    if (index.kind === 'file') await sendFile(request, response, index)
    else await sendListing(response, { path: found.path, folder, names: path.names })
  }
}

async function sendFile(
  { headers, method }: IncomingMessage,
  response: ServerResponse,
  { name, handle, stats }: FoundFile,
): Promise<void> {
  try {
    const validators = validatorsOf(stats)
    response.setHeader('etag', validators.etag)
    response.setHeader('last-modified', validators.lastModified.toUTCString())
    response.setHeader('cache-control', 'no-cache')
    response.setHeader('accept-ranges', 'bytes')
    const verdict = weigh(headers, validators)
    if (verdict !== 200) {
      if (verdict === 304) response.writeHead(304).end()
      else answerShortly(response, verdict)
      return
    }
    const { size } = stats
    const range = isSameAsBefore(headers, validators) ? readByteRange(headers.range, size) : 'whole'
    if (range === 'none') {
      response.setHeader('content-range', `bytes */${size}`)
      answerShortly(response, 416)
      return
    }
    const { first, last } = range === 'whole' ? { first: 0, last: size - 1 } : range
    response.writeHead(range === 'whole' ? 200 : 206, {
      'content-type': contentType(name),
      'content-length': last - first + 1,
      ...(range !== 'whole' && { 'content-range': `bytes ${first}-${last}/${size}` }),
    })
    if (method === 'HEAD' || size === 0) {
      response.end()
      return
    }
    const file = handle.createReadStream({
      start: first,
      end: last,
      highWaterMark: chunkBytes,
      autoClose: false,
    })
    await pipeline(file, response, { end: false })
    // A file that was truncated meanwhile cannot be completed; the visitor must not take it for complete.
    if (file.bytesRead < last - first + 1) throw new Error(`${name} became shorter while it was sent`)
    response.end()
  } finally {
    await handle.close()
  }
}

async function sendListing(
  response: ServerResponse,
  { path, folder, names }: { path: string; folder: string; names: readonly string[] },
): Promise<void> {
  const { entries, isComplete } = await listFolder(path, await realpath(folder))
  const page = Buffer.from(listingPage({ names, entries, isComplete }))
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': page.length,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'cache-control': 'no-cache',
  })
  response.end(page)
}

/** The status as the whole page. */
export function answerShortly(response: ServerResponse, status: number): void {
  const text = `${status} ${STATUS_CODES[status] ?? ''}\n`
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length })
  response.end(text)
}
