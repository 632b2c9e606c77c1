import { usageError } from '../shared/flags.ts'

export const hostFlags = {
  host: 'text',
  path: 'text',
  scheme: 'text',
  host_header: 'text',
  header: 'text',
  cert: 'text',
  key: 'text',
  redirect: 'switch',
  paused: 'switch',
} as const

export const hostUsage = `host: -host=lab.example.com or *.example.com or *, -path=/x, -scheme=all|http|https, -user=name:password, -redirect (to HTTPS), -paused,
-host_header=localhost:8888, -header='X-A: b' (several: one per line), -cert=/path/cert.pem -key=/path/key.pem (files on the server).`

type HostValues = {
  readonly [K in keyof typeof hostFlags]?: (typeof hostFlags)[K] extends 'switch' ? boolean : string
}

/** The flags applied to the existing settings; an empty value removes one. Undefined: no host, and none asked for. */
export function readHost(flags: HostValues, before: object | undefined): Record<string, unknown> | undefined {
  const given: Record<string, unknown> = {
    name: flags.host,
    path: flags.path,
    scheme: flags.scheme,
    hostHeader: flags.host_header,
    setHeaders: flags.header === undefined || flags.header === '' ? flags.header : readHeaders(flags.header),
    certFile: flags.cert,
    keyFile: flags.key,
    redirectToHttps: flags.redirect,
    isPaused: flags.paused,
  }
  const changes = Object.entries(given).filter(([, value]) => value !== undefined)
  if (changes.length === 0) return before && { ...before }
  const after = { ...before, ...Object.fromEntries(changes) }
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== ''))
}

function readHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of text.split(/\r?\n/).filter((one) => one.trim() !== '')) {
    const [, name, value] = /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined) {
      throw usageError(`-header needs lines of the form Name: value, not "${line}".\n\n${hostUsage}`)
    }
    headers[name] = value
  }
  return headers
}
