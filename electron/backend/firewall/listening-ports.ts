import type { RemoteShell } from '../ssh/shell/remote-shell.ts'
import type { Protocol } from './rules/rule-walk.ts'

/** A port on which some program of the machine listens. */
export interface ListeningPort {
  readonly port: number
  /** Its name, or empty when this account may not know. */
  readonly program: string
  readonly pid: number | null
  /** Others cannot reach it: it listens on the loopback addresses alone. */
  readonly isLocal: boolean
}

/** The kernel gives a program 15 bytes; netstat may show its title. */
const maxNameLength = 40

/** What ss says, or netstat where that lists nothing, not even its head; /proc as the last resort names ports without programs. */
const scriptOf = (protocol: Protocol): string => {
  const options = protocol === 'tcp' ? '-ltnp' : '-lunp'
  return `
PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C
export PATH LC_ALL
for tool in "ss ${options}" "netstat ${options}" "cat /proc/net/${protocol} /proc/net/${protocol}6"; do
  told=$($tool 2>/dev/null)
  case $told in *ocal?[Aa]ddress*) printf '%s\n' "$told"; break ;; esac
done
`
}

/** Every listening port of the machine, ascending; null where it lists none of them. Names of other accounts' programs need root. */
export async function readListeningPorts(
  shell: RemoteShell,
  { protocol = 'tcp', signal }: { protocol?: Protocol; signal: AbortSignal },
): Promise<ListeningPort[] | null> {
  const { stdout } = await shell.run(scriptOf(protocol), { signal })
  return stdout === '' ? null : parseListeningPorts(stdout)
}

/** The UDP ports at which nps answers for direct links: the bridge's number and the next one, as far as it has them. */
export async function readRendezvousPorts(
  shell: RemoteShell,
  bridgePort: number,
  { signal }: { signal: AbortSignal },
): Promise<number[]> {
  const listening = (await readListeningPorts(shell, { protocol: 'udp', signal })) ?? []
  return listening
    .filter(({ port, program }) => program === 'nps' && (port === bridgePort || port === bridgePort + 1))
    .map(({ port }) => port)
}

/** Understands what ss, netstat and /proc/net print of either protocol. */
export function parseListeningPorts(text: string): ListeningPort[] {
  const found = new Map<number, ListeningPort>()
  for (const line of text.split('\n')) {
    const one = parseSs(line) ?? parseNetstat(line) ?? parseProc(line)
    if (!one || one.port < 1 || one.port > 65_535) continue
    const before = found.get(one.port)
    const isLocal = one.isLocal && before?.isLocal !== false
    found.set(one.port, { ...(before && before.program !== '' ? before : one), isLocal })
  }
  return [...found.values()].toSorted((a, b) => a.port - b.port)
}

function parseSs(line: string): ListeningPort | undefined {
  const match =
    /^(?:LISTEN|UNCONN)\s+\d+\s+\d+\s+(\S+):(\d+)\s+\S+(?:\s+users:\(\("([^"]*)",pid=(\d+))?/.exec(line)
  if (!match) return undefined
  const [, address = '', port, program = '', pid] = match
  return {
    port: Number(port),
    program: named(program),
    pid: pid ? Number(pid) : null,
    isLocal: isLoopback(address),
  }
}

function parseNetstat(line: string): ListeningPort | undefined {
  const match =
    /^(?:tcp6?(?=.*\sLISTEN\s)|udp6?)\s+\d+\s+\d+\s+(\S+):(\d+)\s+\S+\s+(?:LISTEN\s+)?(?:(\d+)\/(\S+))?/.exec(
      line,
    )
  if (!match) return undefined
  const [, address = '', port, pid, program = ''] = match
  return {
    port: Number(port),
    program: named(program),
    pid: pid ? Number(pid) : null,
    isLocal: isLoopback(address),
  }
}

/** `sl local_address rem_address st`: hexadecimal; a TCP port in state 0A listens, a UDP port in state 07. */
function parseProc(line: string): ListeningPort | undefined {
  const match = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} (?:0A|07) /.exec(line)
  if (!match) return undefined
  const [, address = '', port = ''] = match
  // each four bytes are turned round
  const isLocal = /^[0-9A-F]{6}7F$|^0{24}01000000$/.test(address)
  return { port: Number.parseInt(port, 16), program: '', pid: null, isLocal }
}

/** What can be shown of a name that a program may give itself. */
function named(program: string): string {
  return program.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').slice(0, maxNameLength)
}

/** `127.0.0.53%lo`, `[::1]` or `::1`. */
function isLoopback(address: string): boolean {
  return /^127\.|^\[?::1\]?$/.test(address)
}
