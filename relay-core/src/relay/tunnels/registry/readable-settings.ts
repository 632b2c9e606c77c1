import { isIP } from 'node:net'
import { RelayError } from '../../../api/errors.ts'
import type { HealthCheck, HostRoute, TunnelSettings } from '../../../api/tunnel-settings.ts'

type Form = (value: unknown) => boolean
type FormsOf<T> = Readonly<Record<keyof T, Form>>

const isText: Form = (value) => typeof value === 'string'
const isCount: Form = (value) => typeof value === 'number' && value > 0
const isFlag: Form = (value) => typeof value === 'boolean'
const oneOf =
  (names: readonly string[]): Form =>
  (value) =>
    names.some((name) => name === value)
const optional =
  (form: Form): Form =>
  (value) =>
    value === undefined || form(value)
const objectOf =
  (fields: Readonly<Record<string, Form>>): Form =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, form]) => form(value[name]))

const isAccount = objectOf({ name: isText, password: isText })

const forms: FormsOf<TunnelSettings> = {
  listenIp: (value) => typeof value === 'string' && isIP(value) !== 0,
  proxyProtocol: oneOf(['v1', 'v2']),
  health: objectOf({
    type: oneOf(['tcp', 'http']),
    path: isText,
    intervalMs: isCount,
    timeoutMs: isCount,
    maxFailures: isCount,
  } satisfies FormsOf<HealthCheck>),
  users: (value) => Array.isArray(value) && value.length > 0 && value.every(isAccount),
  host: objectOf({
    name: isText,
    path: isText,
    scheme: oneOf(['all', 'http', 'https']),
    hostHeader: optional(isText),
    setHeaders: optional((value) => isObject(value) && Object.values(value).every(isText)),
    redirectToHttps: optional(isFlag),
    certFile: optional(isText),
    keyFile: optional(isText),
    isPaused: optional(isFlag),
  } satisfies FormsOf<HostRoute>),
  password: isText,
  folder: isText,
  stripPrefix: isText,
}

/**
 * The name of a setting that a later version has stored in a form of its own; undefined: there is none. Without the schema of the
 * API, which would cost an idle relay memory.
 */
export function unreadSetting(settings: TunnelSettings): string | undefined {
  const values = new Map<string, unknown>(Object.entries(settings))
  return Object.entries(forms).find(([name, form]) => !optional(form)(values.get(name)))?.[0]
}

/**
 * To open a tunnel without what cannot be read of its settings could let in whom that keeps out.
 * @throws RelayError `mode-unsupported`
 */
export function checkSettings(owner: string, settings: TunnelSettings): void {
  const name = unreadSetting(settings)
  if (name === undefined) return
  throw new RelayError(
    'mode-unsupported',
    `The ${owner} has a setting that only a later version of nps can read: ${name}. Update nps.`,
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
