import type { GuestPass } from '../../api/guest-pass-models.ts'
import { printable } from '../../api/words/printable.ts'
import type { Folders } from '../../config/file/folders.ts'
import { noSuchCommand, parseFlags, requireNumber, requireText, usageError } from '../shared/flags.ts'
import { formatBytes, formatTable, print, printJson } from '../shared/output.ts'
import { guessServerName } from './server-name.ts'
import { listOfRelay, withRelay } from './with-relay.ts'

const kinds = {
  id: 'text',
  tunnel: 'text',
  name: 'text',
  until: 'text',
  address: 'text',
  host: 'text',
  json: 'switch',
  conf_path: 'text',
} as const

export const passUsage = `nps pass list
nps pass add -tunnel=1 -name="A labmate" -until=2027-01-31 [-address=203.0.113.7] [-host=name-of-this-server]
nps pass revoke -id=1          ends its connections at once; "nps pass restore -id=1" within a minute brings it back
Each takes -json. -until is a day (to its end), a time (2027-01-31T18:00), or hours or days from now (8h, 3d); 30 days at most.
Without -address the guest gets a line for npc, encrypted from there to the lab box, for tcp and private tunnels. With -address
the tunnel lets in that address past its -allow list.`

/** `nps pass …`: who may use one tunnel until a time. */
export async function runPassCommand(
  args: readonly string[],
  foldersOf: (confPath: string | undefined) => Folders,
): Promise<number> {
  const { flags, words } = parseFlags(args, kinds)
  const folders = foldersOf(flags.conf_path)
  const show = (pass: GuestPass) => (flags.json ? printJson(pass) : print(formatPasses([pass])))
  const id = () => requireNumber(flags.id, 'id')
  switch (words.join(' ')) {
    case 'list': {
      const passes = await listOfRelay(folders, 'guest pass', (relay) => relay.passes.list({}))
      if (flags.json) printJson(passes)
      else
        print(
          passes.length > 0
            ? formatPasses(passes)
            : 'No guest passes: nps pass add -tunnel=1 -name=... -until=3d',
        )
      return 0
    }
    case 'add': {
      const { address } = flags
      const wanted = {
        tunnelId: requireNumber(flags.tunnel, 'tunnel'),
        name: requireText(flags.name, 'name'),
        expiresAtMs: readUntil(requireText(flags.until, 'until'), Date.now()),
        host: flags.host ?? guessServerName(),
        ...(address !== undefined && { address }),
      }
      const made = await withRelay(folders, (relay) => relay.passes.add(wanted))
      if (flags.json) printJson(made)
      else {
        print(formatPasses([made.pass]))
        if (made.line !== null)
          print(
            `Shown this once. The guest runs it and then uses the port of their own machine:\n  ${made.line}`,
          )
      }
      return 0
    }
    case 'revoke':
      show(await withRelay(folders, (relay) => relay.passes.revoke({ id: id() })))
      return 0
    case 'restore':
      show(await withRelay(folders, (relay) => relay.passes.restore({ id: id() })))
      return 0
    default:
      throw noSuchCommand('nps pass', words, passUsage)
  }
}

const unitMs = { h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds since the Unix epoch; a date alone means the end of that day, in the server's time zone. */
export function readUntil(text: string, nowMs: number): number {
  const [, count, unit] = /^(\d{1,3})([hd])$/.exec(text) ?? []
  if (count !== undefined) return nowMs + Number(count) * unitMs[unit === 'h' ? 'h' : 'd']
  const atMs = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59` : text)
  if (!Number.isFinite(atMs))
    throw usageError(`-until needs a date such as 2027-01-31, or 8h, or 3d, not "${text}".`)
  return atMs
}

function formatPasses(passes: readonly GuestPass[]): string {
  return formatTable(
    ['ID', 'TUNNEL', 'WHO', 'FROM', 'UNTIL', 'LAST USED', 'CONNS', 'BYTES'],
    passes.map((pass) => [
      pass.id,
      pass.tunnelId,
      printable(pass.name, '?'),
      pass.address ?? 'anywhere, by its line',
      pass.revokedAtMs === null ? new Date(pass.expiresAtMs).toISOString() : 'revoked',
      lastUse(pass),
      pass.connections,
      formatBytes(pass.bytes),
    ]),
  )
}

function lastUse({ lastUsedAtMs, lastAddress }: GuestPass): string {
  return lastUsedAtMs === null
    ? 'never'
    : `${new Date(lastUsedAtMs).toISOString()} ${lastAddress ?? ''}`.trim()
}
