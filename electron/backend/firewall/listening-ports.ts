import type { RemoteShell } from '../ssh/shell/remote-shell.ts'

/** A TCP port on which some program of the machine listens. */
export interface ListeningPort {
  readonly port: number
  /** Its name, or empty when this account may not know. */
  readonly program: string
  readonly pid: number | null
}

/** ss, or netstat where it is missing; /proc as the last resort names ports without programs. */
const script = `
PATH="$PATH:/usr/sbin:/sbin"
if command -v ss >/dev/null 2>&1; then ss -ltnp
elif command -v netstat >/dev/null 2>&1; then netstat -ltnp 2>/dev/null
else cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; fi
`

/** Every listening TCP port of the machine, ascending. Names of other accounts' programs need root. */
export async function readListeningPorts(
  shell: RemoteShell,
  { signal }: { signal: AbortSignal },
): Promise<ListeningPort[]> {
  return parseListeningPorts((await shell.run(script, { signal })).stdout)
}

/** Understands what ss, netstat and /proc/net/tcp print. */
export function parseListeningPorts(text: string): ListeningPort[] {
  const found = new Map<number, ListeningPort>()
  for (const line of text.split('\n')) {
    const one = parseSs(line) ?? parseNetstat(line) ?? parseProc(line)
    if (one && (found.get(one.port)?.program ?? '') === '') found.set(one.port, one)
  }
  return [...found.values()].toSorted((a, b) => a.port - b.port)
}

function parseSs(line: string): ListeningPort | undefined {
  const match = /^LISTEN\s+\d+\s+\d+\s+\S+:(\d+)\s+\S+(?:\s+users:\(\("([^"]*)",pid=(\d+))?/.exec(line)
  if (!match) return undefined
  return { port: Number(match[1]), program: match[2] ?? '', pid: match[3] ? Number(match[3]) : null }
}

function parseNetstat(line: string): ListeningPort | undefined {
  const match = /^tcp6?\s+\d+\s+\d+\s+\S+:(\d+)\s+\S+\s+LISTEN\s+(?:(\d+)\/(\S+))?/.exec(line)
  if (!match) return undefined
  return { port: Number(match[1]), program: match[3] ?? '', pid: match[2] ? Number(match[2]) : null }
}

/** `sl local_address rem_address st`: hexadecimal, state 0A is LISTEN. */
function parseProc(line: string): ListeningPort | undefined {
  const match = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /.exec(line)
  return match?.[1] ? { port: Number.parseInt(match[1], 16), program: '', pid: null } : undefined
}
