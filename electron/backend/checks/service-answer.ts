import { knownServices } from '@nps-desktop/electron/contract'
import type { KnownService, ServiceKind, ServiceProof } from '@nps-desktop/electron/contract'

/** Who answered in place of the service. `seen` is the evidence, short and printable, for the screen. */
export type ServiceAnswer =
  | { readonly state: 'right'; readonly seen: string }
  /** `isForbidden`: it answered HTTP 403, to this request at least. */
  | { readonly state: 'wrong'; readonly seen: string; readonly isForbidden?: boolean }
  | { readonly state: 'silent' }

/** Reads the first bytes of an answer; null while more are needed. `ended`: no more will come. */
export function answerOf(kind: ServiceKind, text: string, ended: boolean): ServiceAnswer | null {
  if (text === '') return ended ? { state: 'silent' } : null
  const { proof }: KnownService = knownServices[kind]
  switch (proof.by) {
    case 'banner':
      return bannerAnswer(proof.banner, text, ended)
    case 'reply':
      if (proof.reply.test(text)) return { state: 'right', seen: proof.seen }
      // the longest reply that is looked for is far shorter
      return ended || text.length >= 16 ? { state: 'wrong', seen: printable(text) } : null
    case 'any-page':
    case 'page':
      return pageAnswer(proof, text, ended)
  }
}

function bannerAnswer(pattern: RegExp, text: string, ended: boolean): ServiceAnswer | null {
  const banner = pattern.exec(text)?.[1]
  if (banner !== undefined) return { state: 'right', seen: printable(banner) }
  return ended ? { state: 'wrong', seen: printable(text) } : null
}

function pageAnswer(
  proof: Extract<ServiceProof, { by: 'page' | 'any-page' }>,
  text: string,
  ended: boolean,
): ServiceAnswer | null {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) {
    // an HTTP response begins like this; anything else is recognised by its first bytes
    if (!ended && 'HTTP/'.startsWith(text.slice(0, 5))) return null
    return { state: 'wrong', seen: printable(text) }
  }
  const head = text.slice(0, headEnd)
  const body = text.slice(headEnd + 4)
  const expected = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.POSITIVE_INFINITY)
  if (!ended && body.length < expected) return null
  if (proof.by === 'any-page') return { state: 'right', seen: printable(describePage(head, body)) }
  const { member, heads } = proof
  const value = jsonMember(body, member)
  if (value !== null && (proof.value?.test(value) ?? true))
    return { state: 'right', seen: printable(`${member} ${value}`) }
  if (/^HTTP\/1\.[01] 403\b/.test(head))
    return { state: 'wrong', seen: printable(describePage(head, body)), isForbidden: true }
  const told = heads.find(({ pattern }) => pattern.test(head))
  if (told) return { state: 'right', seen: told.seen }
  return { state: 'wrong', seen: printable(describePage(head, body)) }
}

function jsonMember(body: string, member: string): string | null {
  try {
    const value = (JSON.parse(body) as Record<string, unknown> | null)?.[member]
    return typeof value === 'string' ? value : null
  } catch {
    // not JSON: then it is a page, and not ours
    return null
  }
}

/** A page's title says most to people; failing that the server's name, then the status line. */
function describePage(head: string, body: string): string {
  const title = /<title[^>]*>([^<]+)/i.exec(body)?.[1]?.trim()
  const server = /\r\nserver: *([^\r\n]+)/i.exec(head)?.[1]
  return title ?? server ?? head.split('\r\n', 1)[0] ?? ''
}

function printable(text: string): string {
  return text
    .slice(0, 60)
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
}
