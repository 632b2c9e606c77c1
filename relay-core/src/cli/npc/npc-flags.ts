import { noUpdate } from '../shared/stock-words.ts'
import { usageError, type ParsedFlags } from '../shared/flags.ts'

/** Every flag of npc: those of stock NPS 0.26 and our own. */
export const npcFlagKinds = {
  server: 'text',
  vkey: 'text',
  vkey_file: 'text',
  fingerprint: 'text',
  agent_fingerprint: 'text',
  protocol: 'text',
  type: 'text',
  config: 'text',
  proxy: 'text',
  disconnect_timeout: 'text',
  log: 'text',
  log_level: 'text',
  log_path: 'text',
  debug: 'switch',
  password: 'text',
  password_file: 'text',
  target: 'text',
  local_port: 'text',
  local_ip: 'text',
  local_type: 'text',
  time: 'text',
  pprof: 'text',
  stun_addr: 'text',
  conf_path: 'text',
  share: 'text',
  allow_target: 'text',
  before_dial: 'text',
  direct: 'text',
  discover: 'switch',
  compression: 'text',
  service: 'text',
  json: 'switch',
  purge: 'switch',
  version: 'switch',
} as const

export type NpcFlags = ParsedFlags<typeof npcFlagKinds>['flags']

type Refusals = { readonly [N in keyof NpcFlags]?: string | Readonly<Record<string, string>> }

/** Stock flags, or single values of them, that are not offered, and why. */
export const refusedNpcFlags: Refusals = {
  pprof: 'it opens a Go profiler to everybody who can reach it; look at npc with the tools of the system',
  stun_addr: 'it serves p2p, which is not offered: visitors come by the relay',
  type: {
    kcp: 'the bridge is TCP only, as most firewalls want it; give the relay bridge_type=tcp',
  },
  local_type: {
    p2ps: 'p2p is not offered; a tunnel of mode privateSocks5 on the relay does the same',
    p2pt: 'p2p is not offered; a tunnel of mode privateSocks5 on the relay reaches the same machines',
  },
}

/** Stock commands that are not offered, and why. */
export const refusedNpcCommands: Readonly<Record<string, string>> = {
  nat: 'it serves p2p, which is not offered: visitors come by the relay',
  update: noUpdate('npc'),
}

/** Throws wrong usage for the first flag that is not offered, with its name and the reason. */
export function refuseStockFlags(flags: NpcFlags): void {
  for (const [name, refusal] of Object.entries(refusedNpcFlags)) {
    const given = flags[name as keyof NpcFlags]
    if (given === undefined) continue
    if (typeof refusal === 'string') throw usageError(`-${name} is not offered: ${refusal}.`)
    const reason = Object.hasOwn(refusal, String(given)) ? refusal[String(given)] : undefined
    if (reason !== undefined) throw usageError(`-${name}=${String(given)} is not offered: ${reason}.`)
  }
}

/** What only a visitor of a private tunnel is given. */
const visitorFlags = ['local_port', 'local_ip', 'local_type', 'agent_fingerprint', 'target'] as const

/** Throws wrong usage where a private tunnel is to be visited and its password was forgotten: by its vkey alone npc would be the lab box's agent. */
export function refuseVisitWithoutPassword(flags: NpcFlags): void {
  const given = visitorFlags.find((name) => flags[name] !== undefined)
  if (given === undefined || flags.password !== undefined || flags.config !== undefined) return
  throw usageError(
    `-password=... is missing: with -${given}, npc visits a private tunnel. The app shows the whole line, and so does "nps tunnel command -id=..." on the server.`,
  )
}
