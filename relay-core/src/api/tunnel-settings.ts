import * as z from 'zod'
import { printableText } from './words/printable.ts'

/** A blank name or password would let anybody in. */
const account = z.object({ name: z.string().min(1).max(255), password: z.string().min(1).max(255) })

/** A field that cannot end its line, or begin another. */
const headerValue = z
  .string()
  .max(4096)
  .regex(/^[\t -~\u0080-\u00ff]*$/)

/** A tunnel must not set the length of a message or the fate of its connection. */
const framing = /^(connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i

/** `lab.example.com`, `*.example.com` for every name below it at any depth, or `*` for what no other tunnel takes. In any script. */
const hostPattern = z
  .string()
  .max(253)
  .regex(
    /^(\*|(\*\.)?([\p{L}\p{N}_]([\p{L}\p{N}\p{M}_-]*[\p{L}\p{N}\p{M}_])?\.)*[\p{L}\p{N}_]([\p{L}\p{N}\p{M}_-]*[\p{L}\p{N}\p{M}_])?)$/u,
  )

/** One name and path of the shared HTTP and HTTPS ports. */
export const hostRoute = z.object({
  name: hostPattern,
  /** The longest prefix that fits wins. */
  path: z.string().max(1024).regex(/^\//).regex(printableText).default('/'),
  scheme: z.enum(['all', 'http', 'https']).default('all'),
  /** Sent to the target in place of the visitor's Host header. */
  hostHeader: z
    .string()
    .max(259)
    .regex(/^[\w.:[\]-]+$/)
    .optional(),
  /** Set on requests, by header name. */
  setHeaders: z
    .record(
      z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)
        .refine((name) => !framing.test(name)),
      headerValue,
    )
    .optional(),
  redirectToHttps: z.boolean().optional(),
  /** Files on the server, read again when they change; both or none. */
  certFile: z.string().max(4096).optional(),
  keyFile: z.string().max(4096).optional(),
  /** Visitors get a page that says so. */
  isPaused: z.boolean().optional(),
})
export type HostRoute = z.infer<typeof hostRoute>

/** Finds out which of several targets are healthy by checking each of them. */
export const healthCheck = z.object({
  type: z.enum(['tcp', 'http']).default('tcp'),
  /** For `http`: a status from 200 to 399 is healthy. */
  path: z.string().max(1024).regex(/^\//).regex(printableText).default('/'),
  intervalMs: z.number().int().min(1_000).max(3_600_000).default(10_000),
  timeoutMs: z.number().int().min(100).max(60_000).default(3_000),
  /** Failures in a row until the target is left out. */
  maxFailures: z.number().int().min(1).max(100).default(3),
})
export type HealthCheck = z.infer<typeof healthCheck>

/** What a mode needs beyond port and target; which mode takes which is in tunnel-modes.ts. */
export const tunnelSettings = z.object({
  /** The server's address to listen on; left out: every address. */
  listenIp: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** Tells the target the visitor's address in a PROXY protocol header. */
  proxyProtocol: z.enum(['v1', 'v2']).optional(),
  /** Several targets are watched. */
  health: healthCheck.optional(),
  /** Who may come in; left out: everybody. */
  users: z.array(account).min(1).max(1_000).optional(),
  host: hostRoute.optional(),
  /** What a visitor has to know. */
  password: z.string().min(1).max(255).optional(),
  /** A folder of the lab box. */
  folder: z.string().min(1).max(4096).regex(printableText).optional(),
  /** Taken off the front of each requested path. */
  stripPrefix: z.string().max(1024).regex(printableText).optional(),
})
export type TunnelSettings = z.infer<typeof tunnelSettings>

/** Left to a client whose agent speaks the stock protocol; natively everything is encrypted. */
export const clientSettings = z.object({
  crypt: z.boolean().optional(),
  compress: z.boolean().optional(),
  /** False: its agent may not bring tunnels of its own. */
  mayPush: z.boolean().optional(),
  /** Its agent may say on which of the server's addresses a tunnel that it brings listens; otherwise that is left out. */
  pushAddress: z.boolean().optional(),
  /** The only host names that its agent may bring, `*.lab.example.com` for those below one; left out: any free one. */
  pushHosts: z.array(hostPattern).min(1).max(64).optional(),
})
export type ClientSettings = z.infer<typeof clientSettings>

/**
 * What is shown in place of a secret that its reader may not see; sent back, it means "unchanged". Made of characters
 * that every kind of secret may contain, including header values.
 */
export const hiddenSecret = '········'
