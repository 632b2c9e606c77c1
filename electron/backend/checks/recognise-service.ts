import type { Duplex } from 'node:stream'
import { knownServices, serviceKinds } from '@nps-desktop/electron/contract'
import type { KnownService, ServiceKind } from '@nps-desktop/electron/contract'
import { askService, isWeb, pageRequest, readAnswer, sealed } from './ask-service.ts'
import { answerOf } from './service-answer.ts'

/** Who speaks first does so at once; through a slow line a little later. */
const bannerWaitMs = 1_500
/** The first line of a program that speaks first. */
const maxBannerLength = 256

/** A stream to the service, or null where there is none to be had. */
type Open = () => Promise<Duplex | null>

/**
 * Finds out what a service is that nobody has named: by its banner, else by its first page and by the pages that tell the kinds apart.
 * Null for whatever is none of them. A service that speaks first is sent nothing; another one gets `GET /`, and only one that answers as
 * HTTP or TLS does, or hangs up, anything more. Remote Desktop is not among them, since it is known by bytes that no other service understands.
 */
export async function recogniseService(
  open: Open,
  { signal }: { signal: AbortSignal },
): Promise<ServiceKind | null> {
  const first = await open()
  if (!first) return null
  let plain: string
  let hasHungUp: boolean
  try {
    const said = await bannerOf(first, signal)
    if (said !== '') return kindByBanner(said)
    if (first.destroyed) return null
    plain = await firstPage(first, signal)
    hasHungUp = first.readableEnded || first.destroyed
  } finally {
    first.destroy()
  }
  // a server with a certificate answers a plain request with 400, with nothing, or with an alert
  const isPlain = isHttp(plain) && !/^HTTP\/1\.[01] 400\b/.test(plain)
  if (isPlain) return await kindByPages(open, plain, { secure: false, signal })
  const isAlert = plain.startsWith('\x15\x03')
  if (!isHttp(plain) && !isAlert && !(plain === '' && hasHungUp)) return null
  const page = await withStream(open, { secure: true }, (stream) => firstPage(stream, signal))
  return page !== null && isHttp(page) ? await kindByPages(open, page, { secure: true, signal }) : null
}

function kindByBanner(said: string): ServiceKind | null {
  const isOf = (kind: ServiceKind): boolean => {
    const { proof }: KnownService = knownServices[kind]
    return proof.by === 'banner' && answerOf(kind, said, true)?.state === 'right'
  }
  return serviceKinds.find(isOf) ?? null
}

async function kindByPages(
  open: Open,
  firstPageText: string,
  { secure, signal }: { secure: boolean; signal: AbortSignal },
): Promise<ServiceKind | null> {
  for (const kind of serviceKinds) {
    const { proof }: KnownService = knownServices[kind]
    if (!isWeb(proof) || proof.by === 'any-page') continue
    const answer = await withStream(open, { secure }, (stream) =>
      askService(stream, { kind, path: '/', signal }),
    )
    if (answer?.state === 'right' && isSure(kind, answer.seen, firstPageText)) return kind
  }
  return isPage(firstPageText) ? 'web' : null
}

/** What is proof enough of a kind that a person has named may be said by others, too. */
function isSure(kind: ServiceKind, seen: string, firstPageText: string): boolean {
  // many an API tells its version
  if (kind === 'jupyter' && seen.startsWith('version '))
    return /\r\nserver: *TornadoServer/i.test(headOf(firstPageText))
  // whatever asks for a login answers so
  return !(kind === 'llm' && knownServices.llm.proof.heads.some((head) => head.seen === seen))
}

/** For a person to look at: not the answer of an API. */
function isPage(text: string): boolean {
  if (/^HTTP\/1\.[01] 30[1278]\b/.test(text)) return true
  return (
    /^HTTP\/1\.[01] (200|401|403)\b/.test(text) &&
    /\r\n(content-type: *text\/html|www-auth)/i.test(headOf(text))
  )
}

const isHttp = (text: string): boolean => text.startsWith('HTTP/1.')

function headOf(text: string): string {
  return text.split('\r\n\r\n', 1)[0] ?? ''
}

function bannerOf(stream: Duplex, signal: AbortSignal): Promise<string> {
  const look = (text: string, ended: boolean): string | null =>
    ended || text.includes('\n') || text.length >= maxBannerLength ? text : null
  return readAnswer(stream, { request: null, look, whenLate: '', waitMs: bannerWaitMs, signal })
}

function firstPage(stream: Duplex, signal: AbortSignal): Promise<string> {
  const look = (text: string, ended: boolean): string | null =>
    ended || text.includes('\r\n\r\n') ? text : null
  const request = pageRequest('/', '127.0.0.1', 'text/html')
  return readAnswer(stream, { request, look, whenLate: '', signal })
}

/** What `use` makes of a stream of its own; null where none is to be had. */
async function withStream<Result>(
  open: Open,
  { secure }: { secure: boolean },
  use: (stream: Duplex) => Promise<Result>,
): Promise<Result | null> {
  const stream = await open()
  if (!stream) return null
  try {
    return stream.destroyed ? null : await use(secure ? sealed(stream) : stream)
  } finally {
    stream.destroy()
  }
}
