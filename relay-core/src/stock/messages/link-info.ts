import * as z from 'zod'
import { encodePrefixed } from './length-prefixed.ts'

/** `http` is answered as `tcp` by our agent; `udp5` is SOCKS5's UDP ASSOCIATE. */
export const linkTypes = ['tcp', 'udp', 'http', 'udp5'] as const
export type LinkType = (typeof linkTypes)[number]

/** What the opener of a stream asks of the agent; the first message on every stream of a `chan` link. */
export interface LinkInfo {
  readonly type: LinkType
  /** `host:port`; an IPv6 host in brackets. Empty for `udp5`. */
  readonly host: string
  readonly crypt: boolean
  readonly compress: boolean
  /** The visitor's address, for the agent's log. */
  readonly visitor: string
  /** How long the agent may dial; 0: no limit. */
  readonly dialTimeoutMs: number
}

const nanosecondsPerMs = 1e6

/** One message: `i32le length | JSON` with the stock field names; the timeout travels in nanoseconds. */
export function encodeLinkInfo(link: LinkInfo): Buffer {
  return encodePrefixed(
    JSON.stringify({
      ConnType: link.type,
      Host: link.host,
      Crypt: link.crypt,
      Compress: link.compress,
      LocalProxy: false,
      RemoteAddr: link.visitor,
      Option: { Timeout: link.dialTimeoutMs * nanosecondsPerMs },
    }),
  )
}

const linkDocument = z.object({
  conntype: z.enum(linkTypes),
  host: z.string().default(''),
  crypt: z.boolean().default(false),
  compress: z.boolean().default(false),
  remoteaddr: z.string().default(''),
  option: z.object({ timeout: z.number().nonnegative().default(0) }).default({ timeout: 0 }),
})

/** Reads the JSON after the length; field names in any case, unknown ones ignored. Throws on anything else. */
export function decodeLinkInfo(json: Buffer): LinkInfo {
  const link = linkDocument.parse(lowerCaseKeys(JSON.parse(json.toString())))
  return {
    type: link.conntype,
    host: link.host,
    crypt: link.crypt,
    compress: link.compress,
    visitor: link.remoteaddr,
    dialTimeoutMs: Math.ceil(link.option.timeout / nanosecondsPerMs),
  }
}

/** The peer's JSON reader matches field names in any case, so writers in the field differ. */
export function lowerCaseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerCaseKeys)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.toLowerCase(), lowerCaseKeys(inner)]),
  )
}
