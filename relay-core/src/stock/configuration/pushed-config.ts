import * as z from 'zod'
import { stockModeNames } from '../../api/tunnel-modes.ts'
import { count, flag, text as lenientText } from '../messages/lenient-fields.ts'

/**
 * What an agent in configuration mode asks of the relay. Stock agents send every field of their own records, in any case
 * of the names; what has a meaning here is read, the rest is ignored.
 */

/** Bounds every text of a document that is itself bounded: none of these is ever longer for a reason. */
const text = lenientText(4096)
const targets = z
  .object({ targetstr: z.string().max(65_536).nullish() })
  .nullish()
  .transform((value) =>
    (value?.targetstr ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  )

const clientDocument = z
  .object({
    cnf: z.object({ u: text, p: text, compress: flag, crypt: flag }).nullish(),
    remark: text,
    ratelimit: count,
    flow: z.object({ flowlimit: count }).nullish(),
    maxconn: count,
    webusername: text,
    webpassword: text,
  })
  .transform(({ cnf, remark, ratelimit, flow, maxconn, webusername, webpassword }) => ({
    remark,
    crypt: cnf?.crypt ?? false,
    compress: cnf?.compress ?? false,
    basicUsername: cnf?.u ?? '',
    basicPassword: cnf?.p ?? '',
    consoleUsername: webusername,
    consolePassword: webpassword,
    /** 0: no limit. */
    rateLimitKBps: ratelimit,
    flowLimitMB: flow?.flowlimit ?? 0,
    maxConnections: maxconn,
  }))
export type PushedClient = z.output<typeof clientDocument>

const hostDocument = z
  .object({
    host: z.string().min(1).max(253),
    target: targets,
    hostchange: text,
    headerchange: text,
    location: text,
    scheme: z.enum(['all', 'http', 'https', '']).nullish(),
    remark: text,
  })
  .transform(({ hostchange, headerchange, scheme, target, ...host }) => ({
    ...host,
    targets: target,
    hostHeader: hostchange,
    /** Lines of `name:value`. */
    headers: headerchange,
    scheme: scheme || ('all' as const),
  }))
export type PushedHost = z.output<typeof hostDocument>

const tunnelDocument = z
  .object({
    mode: z.enum(stockModeNames),
    ports: text,
    serverip: text,
    target: targets,
    targetaddr: text,
    password: text,
    remark: text,
    localpath: text,
    strippre: text,
    multiaccount: z.unknown().optional(),
  })
  .transform(({ serverip, target, targetaddr, localpath, strippre, multiaccount, ...tunnel }) => ({
    ...tunnel,
    /** `ports` is as in `20101-20103,20105`; empty for private tunnels. */
    serverIp: serverip,
    targets: target,
    /** The host of all targets, where those are ports only. */
    targetHost: targetaddr,
    localPath: localpath,
    stripPrefix: strippre,
    accounts: readAccounts(multiaccount),
  }))
export type PushedTunnel = z.output<typeof tunnelDocument>

/** All three throw (`SyntaxError` or zod's error) on anything else. */
export const decodePushedClient = (json: Buffer): PushedClient =>
  clientDocument.parse(withLowerCaseNames(json))
export const decodePushedHost = (json: Buffer): PushedHost => hostDocument.parse(withLowerCaseNames(json))
export const decodePushedTunnel = (json: Buffer): PushedTunnel =>
  tunnelDocument.parse(withLowerCaseNames(json))

/** Two levels: names of fields and of the fields of their records. Deeper down are user names, whose case matters. */
function withLowerCaseNames(json: Buffer): unknown {
  const lower = (value: unknown, depth: number): unknown => {
    if (depth === 0 || value === null || typeof value !== 'object' || Array.isArray(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name.toLowerCase(), lower(inner, depth - 1)]),
    )
  }
  return lower(JSON.parse(json.toString()), 2)
}

/** An empty name, which a blank line of a stock account file produces, would let anyone in: it is left out. */
function readAccounts(value: unknown): Record<string, string> {
  const accounts = z
    .object({ accountmap: z.record(z.string(), z.string()).nullish() })
    .nullish()
    .parse(value)
  return Object.fromEntries(Object.entries(accounts?.accountmap ?? {}).filter(([name]) => name !== ''))
}
