import type { Log } from '@nps-desktop/relay-core/log'
import { targetPort } from '../known-tunnels/tunnel-kind.ts'
import type { LabSessions } from '../lab-sessions/lab-sessions.ts'
import { askLab } from '../lab-sessions/ask-lab.ts'
import { RemoteShell } from '../ssh/shell/remote-shell.ts'
import { WindowsShell } from '../ssh/shell/windows-shell.ts'
import type { Storage } from '../storage/records.ts'
import type { Entrance } from '../storage/entrance.ts'
import { windowsServicesScript } from './windows-services.ts'
import { serviceKinds, usualTarget } from '@nps-desktop/electron/contract'
import type { ServiceKind } from '@nps-desktop/electron/contract'

/** A service that runs on the lab box, as the box itself tells. */
export interface RunningService extends Entrance {
  readonly kind: ServiceKind
  readonly port: number
  /** Empty where it asks for a password or for nothing. */
  readonly token: string
}

/** What the app can learn over the lab box's ssh. */
export interface LabServices {
  /**
   * The service of the kind on `port`, or, without one, where it runs. Null when none is found, or when the app has no
   * sign-in for the box or gets no answer.
   */
  find(
    labId: string,
    wanted: { kind: ServiceKind; port?: number },
    options: { signal: AbortSignal },
  ): Promise<RunningService | null>
}

/** A service and its process; a higher id is taken for a later start. */
interface FoundProcess extends Omit<RunningService, 'kind'> {
  readonly pid: number
}

/** How a lab box tells of a service. Those that leave nothing behind by which they could be found have none. */
interface Finder {
  /** Writes one line for each that runs, with its kind in front. */
  readonly script: string
  /** Reads what follows the kind; null for what cannot be read, and may throw for it. */
  readonly read: (line: string) => FoundProcess | null
}

/**
 * sshd: the port by which this very session came in. Jupyter: its runtime files, which `jupyter server list` reads too; so no
 * jupyter has to be on the PATH of a shell without a terminal. TensorBoard: the files by which `tensorboard` finds those that
 * run (`.tensorboard-info`), in a folder where others may write, so only those of this account. A file whose process is gone
 * is left over from a crash.
 */
const finders: Readonly<Partial<Record<ServiceKind, Finder>>> = {
  ssh: {
    script: `
printf 'ssh %s\\n' "\${SSH_CONNECTION##* }"`,
    read: (line) => {
      const port = portOf(Number(line || Number.NaN))
      return port === null ? null : { pid: 0, port, secure: false, path: '/', token: '' }
    },
  },
  jupyter: {
    script: `
for folder in "\${JUPYTER_RUNTIME_DIR:-}" "\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/jupyter" "\${XDG_DATA_HOME:-$HOME/.local/share}/jupyter/runtime" "$HOME/Library/Jupyter/runtime"; do
  [ -d "$folder" ] || continue
  for file in "$folder"/jpserver-*.json "$folder"/nbserver-*.json; do
    [ -f "$file" ] || continue
    pid=\${file##*-}; pid=\${pid%.json}
    kill -0 "$pid" 2>/dev/null || continue
    printf 'jupyter '; tr '\\n' ' ' < "$file"; echo
  done
done`,
    read: (line) =>
      processIn(line, (told) => ({
        secure: told['secure'] === true,
        path: pathOf(told['base_url']),
        token: typeof told['token'] === 'string' ? told['token'] : '',
      })),
  },
  tensorboard: {
    script: `
for file in "\${TMPDIR:-/tmp}"/.tensorboard-info/pid-*.info; do
  [ -f "$file" ] && [ ! -h "$file" ] && [ -O "$file" ] || continue
  pid=\${file##*-}; pid=\${pid%.info}
  kill -0 "$pid" 2>/dev/null || continue
  printf 'tensorboard '; tr '\\n' ' ' < "$file"; echo
done`,
    read: (line) =>
      processIn(line, (told) => ({ secure: false, path: pathOf(told['path_prefix']), token: '' })),
  },
}
export const labServicesScript = serviceKinds.flatMap((kind) => finders[kind]?.script ?? []).join('\n')

/** For a question over ssh while a person waits for a page to open. */
const timeoutMs = 15_000

/** Asks the lab box itself. */
export function createLabServices({
  storage,
  labSessions,
  log,
}: {
  storage: Storage
  labSessions: Pick<LabSessions, 'use'>
  log: Log
}): LabServices {
  const list = async (labId: string, signal: AbortSignal): Promise<RunningService[]> => {
    if (!storage.labs.get(labId)?.address) return []
    const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) }
    try {
      return await askLab(
        labSessions,
        labId,
        async (session) => {
          const { stdout } = session.isWindows
            ? await new WindowsShell(session).run(windowsServicesScript, options)
            : await new RemoteShell(session).run(labServicesScript, options)
          return parseLabServices(stdout)
        },
        options,
      )
    } catch (error) {
      // Without ssh the usual places have to do, and the page asks for the token by itself: worth a line, not a failure.
      log.warn('the lab box could not be asked for its services', { lab: labId, error })
      return []
    }
  }
  return {
    async find(labId, { kind, port }, { signal }) {
      const found = (await list(labId, signal)).filter((service) => service.kind === kind)
      if (port !== undefined) return found.find((service) => service.port === port) ?? null
      const usualPort = targetPort(usualTarget(kind))
      return found.find((service) => service.port === usualPort) ?? found.at(0) ?? null
    },
  }
}

/** The newest of each kind first. What cannot be read is passed over. */
export function parseLabServices(text: string): RunningService[] {
  const services = text.split('\n').flatMap((line) => parseLine(line) ?? [])
  return services.toSorted((a, b) => b.pid - a.pid).map(({ service }) => service)
}

function parseLine(line: string): { pid: number; service: RunningService } | null {
  const [, word, rest = ''] = /^(\S+) (.*)$/.exec(line) ?? []
  const kind = serviceKinds.find((known) => known === word)
  try {
    const found = kind && finders[kind]?.read(rest)
    if (!kind || !found) return null
    const { pid, ...service } = found
    return { pid, service: { kind, ...service } }
  } catch {
    // half written at this moment, or not one of our lines
    return null
  }
}

/** Of a file of JSON that names port and process; throws where it is no object. */
function processIn(
  line: string,
  rest: (told: Record<string, unknown>) => Omit<FoundProcess, 'pid' | 'port'>,
): FoundProcess | null {
  const told = JSON.parse(line) as Record<string, unknown>
  const port = portOf(told['port'])
  const pid = told['pid']
  return port === null || typeof pid !== 'number' ? null : { pid, port, ...rest(told) }
}

function portOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? value : null
}

/** With a slash at both ends; one that could lead to another host is none. */
function pathOf(value: unknown): string {
  if (typeof value !== 'string' || !/^(\/[\w.~%-]+)*\/?$/.test(value)) return '/'
  return value.endsWith('/') ? value : `${value}/`
}
