import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { pause } from '../../async/wait/pause.ts'
import { until } from '../../async/wait/until.ts'
import { namedInHostsFile } from './hosts-file.ts'
import { candidates, readResolverSettings, type ResolverSettings } from './resolver-settings.ts'

/** A server is asked twice, and a slow one may first have to ask others. */
const askTimeoutMs = 3_000
const askTries = 2
/** A name without an answer by then is reported as `EAI_AGAIN`. */
const resolveTimeoutMs = 8_000
/** After this, an address that the name had recently is used. */
const timeoutMs = 700
/** How long answers count as fresh, so that the many carriers of one link ask once. */
const freshMs = 5_000
/** How many names keep their last addresses. */
const maxKnownHosts = 1_000
/** IPv6 may be this much later than IPv4 (RFC 8305 §3: 50 ms, and a little for busy machines). */
const otherFamilyMs = 100
/**
 * The system's look-up blocks a thread for as long as it likes. There are four for everything in this process, files
 * included, so look-ups get two.
 */
const systemLanes = 2

const isLinux = process.platform === 'linux'

interface Known {
  readonly addresses: readonly string[]
  readonly atMs: number
}

const known = new Map<string, Known>()
const running = new Map<string, Promise<readonly string[]>>()

/**
 * The addresses of a host, the best first; for an address, itself. Names without an answer do not delay other names:
 * DNS is asked without threads, and the system's look-up, which knows more than DNS on some machines, gets few.
 * Rejects with an error whose `code` is ENOTFOUND (there is no such name) or EAI_AGAIN (nobody answers), or with the
 * signal's reason.
 */
export async function resolveHost(
  host: string,
  { signal }: { signal: AbortSignal },
): Promise<readonly string[]> {
  signal.throwIfAborted()
  if (isIP(host) !== 0) return [host]
  const listed = await namedInHostsFile(host)
  if (listed) return listed
  const before = known.get(host)
  if (before && performance.now() - before.atMs < freshMs) return before.addresses
  const settings = await readResolverSettings()
  signal.throwIfAborted()
  const asked = shared(host, settings)
  if (!before) return within(asked, resolveTimeoutMs, { host, signal })
  // The last address is better than none; a later answer from DNS is for the next time.
  return within(asked, timeoutMs, { host, signal }).catch((error: NodeJS.ErrnoException) => {
    signal.throwIfAborted()
    if (error.code === 'ENOTFOUND') throw error
    return before.addresses
  })
}

/** One query for all who ask at the same time, in the same network: another network has other servers. */
function shared(host: string, settings: ResolverSettings): Promise<readonly string[]> {
  const key = `${host} ${settings.version}`
  const existing = running.get(key)
  if (existing) return existing
  const asked = ask(host, settings)
    .then((addresses) => {
      known.delete(host)
      known.set(host, { addresses, atMs: performance.now() })
      const oldest = known.keys().next()
      if (known.size > maxKnownHosts && !oldest.done) known.delete(oldest.value)
      return addresses
    })
    .finally(() => running.delete(key))
  running.set(key, asked)
  // The caller may have gone.
  asked.catch(() => undefined)
  return asked
}

async function ask(host: string, settings: ResolverSettings): Promise<readonly string[]> {
  if (!isLinux)
    return systemOrDns(
      () => askSystem(host),
      () => askDnsLater(host),
    )
  // Multicast DNS names are not asked for over DNS; a machine that supports it lists it.
  if (settings.hasOtherSources && /\.local\.?$/i.test(host)) return askSystem(host)
  try {
    return await askDns(host, settings)
  } catch (error) {
    // A silent server has used up the time, and the system would ask it again. A server that could not be asked is no reason not to ask the system.
    if (!settings.hasOtherSources || isSilence((error as Error).cause)) throw error
    return askSystem(host)
  }
}

/** Elsewhere the system alone knows all sources; DNS helps where its threads are taken. */
async function askDnsLater(host: string): Promise<readonly string[]> {
  await pause(timeoutMs / 2)
  return askDns(host, { search: [], dots: 0, hasOtherSources: true, version: '' })
}

/** The addresses from whichever finds the name first. Only the system can say that there is no such name, and that is believed at once. Exported for its test. */
export async function systemOrDns(
  system: () => Promise<readonly string[]>,
  dns: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const asked = system()
  const unknown = asked.catch((error: unknown) => {
    if (isNoSuchName(error)) return [] as const
    throw error
  })
  let found: readonly string[]
  try {
    found = await Promise.any([unknown, dns()])
  } catch {
    // both have failed
    return asked
  }
  return found.length > 0 ? found : asked
}

let resolver: { readonly version: string; readonly ask: Resolver } | undefined

async function askDns(host: string, settings: ResolverSettings): Promise<readonly string[]> {
  if (resolver?.version !== settings.version) {
    resolver = {
      version: settings.version,
      ask: new Resolver({ timeout: askTimeoutMs, tries: askTries }),
    }
  }
  const current = resolver.ask
  return firstFound(host, candidates(host, settings), (name) => bothFamilies(current, name))
}

/**
 * The addresses of the first of these names that has any; as with the system's own look-up, one that its server fails to look up
 * (SERVFAIL, REFUSED) does not hide the others. Rejects as `resolveHost` does. A function of its own for its test.
 */
export async function firstFound(
  host: string,
  names: readonly string[],
  askFor: (name: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  let failure: unknown
  for (const name of names) {
    try {
      const addresses = await askFor(name)
      if (addresses.length > 0) return addresses
    } catch (error) {
      // A silent server is silent for every name.
      if (isSilence(error)) throw again(host, error)
      if (!isNoSuchName(error)) failure ??= error
    }
  }
  throw failure === undefined ? notFound(host, undefined) : again(host, failure)
}

/** IPv6 first where this machine has it; a late family is left out. */
async function bothFamilies(ask: Resolver, name: string): Promise<readonly string[]> {
  const asked = hasIpv6() ? [ask.resolve6(name), ask.resolve4(name)] : [ask.resolve4(name)]
  const found = await withoutTheLate(asked)
  if (found.length > 0 || asked.length > 1) return found
  return ask.resolve6(name)
}

/** What has arrived some time after the first useful answer; rejects when all reject, preferably with something other than `ENOTFOUND`. */
function withoutTheLate(asked: readonly Promise<readonly string[]>[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const found: (readonly string[])[] = asked.map(() => [])
    const errors: unknown[] = []
    let open = asked.length
    let timer: NodeJS.Timeout | undefined
    const settle = () => {
      clearTimeout(timer)
      const addresses = found.flat()
      const unanswered = errors.find((error) => !isNoSuchName(error))
      if (addresses.length > 0 || unanswered === undefined) resolve(addresses)
      else reject(unanswered as Error)
    }
    asked.forEach((one, index) => {
      void one
        .then(
          (addresses) => (found[index] = addresses),
          (error: unknown) => errors.push(error),
        )
        .then(() => {
          open -= 1
          if (open === 0) settle()
          else if (found.flat().length > 0) timer ??= setTimeout(settle, otherFamilyMs)
        })
    })
  })
}

/** Whether the internet seems to be reachable over IPv6 (2000::/3, RFC 4291 §2.4). */
function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(
      ({ family, internal, address }) => family === 'IPv6' && !internal && /^[23]/.test(address),
    ),
  )
}

const lane: (() => void)[] = []
let lanesTaken = 0

/** The system's look-up, with all its sources; waits until one of its few threads is free. */
async function askSystem(host: string): Promise<readonly string[]> {
  if (lanesTaken >= systemLanes) await ownTurn(host)
  else lanesTaken += 1
  try {
    const addresses = await lookup(host, { all: true })
    return addresses.map(({ address }) => address)
  } catch (error) {
    throw isNoSuchName(error) ? notFound(host, error) : again(host, error)
  } finally {
    const next = lane.shift()
    if (next) next()
    else lanesTaken -= 1
  }
}

/** Waits for a free thread, no longer than anybody waits for a name: names without an answer must not pile up. */
function ownTurn(host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const begin = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(() => {
      lane.splice(lane.indexOf(begin), 1)
      reject(again(host, undefined))
    }, resolveTimeoutMs)
    timer.unref()
    lane.push(begin)
  })
}

function isSilence(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEOUT'
}

function isNoSuchName(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EBADNAME'
}

function notFound(host: string, cause: unknown): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address is known for ${host}`, { cause }), { code: 'ENOTFOUND' })
}

function again(host: string, cause: unknown): NodeJS.ErrnoException {
  return Object.assign(new Error(`nobody says what the address of ${host} is`, { cause }), {
    code: 'EAI_AGAIN',
  })
}

function within(
  asked: Promise<readonly string[]>,
  timeoutMs: number,
  { host, signal }: { host: string; signal: AbortSignal },
): Promise<readonly string[]> {
  return until(asked, { signal, timeoutMs, onTimeout: () => again(host, undefined) })
}
