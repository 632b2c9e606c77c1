import { port } from '@nps-desktop/electron/contract'
import type { Log } from '@nps-desktop/relay-core/log'
import { z } from 'zod'
import type { Machines } from '../ssh/machines.ts'
import { RemoteShell } from '../ssh/remote-shell.ts'
import type { Storage } from '../storage/records.ts'
import type { Jupyter } from '../tunnels/jupyter.ts'

/** One running Jupyter, as its runtime file describes it. */
export interface JupyterServer {
  readonly port: number
  readonly token: string
  readonly basePath: string
  readonly pid: number
}

/**
 * Runtime files are what \`jupyter server list\` reads too, and need no jupyter on the PATH of a shell without a
 * terminal. A file whose process is gone is left over from a crash.
 */
const script = `
for folder in "\${JUPYTER_RUNTIME_DIR:-}" "\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/jupyter" "\${XDG_DATA_HOME:-$HOME/.local/share}/jupyter/runtime" "$HOME/Library/Jupyter/runtime"; do
  [ -d "$folder" ] || continue
  for file in "$folder"/jpserver-*.json "$folder"/nbserver-*.json; do
    [ -f "$file" ] || continue
    pid=\${file##*-}; pid=\${pid%.json}
    kill -0 "$pid" 2>/dev/null || continue
    tr '\\n' ' ' < "$file"; echo
  done
done
`

/** Where Jupyter listens unless it is told otherwise or the port is taken. */
const usualPort = 8888

/** What is asked over ssh while a person waits for a page to open. */
const timeoutMs = 15_000

/** Asks the lab box itself; null wherever the app has no sign-in for it or gets no answer. */
export function createJupyter({
  storage,
  machines,
  log,
}: {
  storage: Storage
  machines: Machines
  log: Log
}): Jupyter {
  const list = async (labId: string, signal: AbortSignal): Promise<JupyterServer[]> => {
    if (!storage.labs.get(labId)?.address) return []
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    try {
      return await machines.withSsh(
        { kind: 'lab', id: labId },
        async (session) =>
          parseJupyterServers((await new RemoteShell(session).run(script, { signal: deadline })).stdout),
        { signal: deadline },
      )
    } catch (error) {
      // Without ssh the page asks for the token by itself: worth a line, not a failure.
      log.warn('the lab box could not be asked for its Jupyter', { lab: labId, error })
      return []
    }
  }
  return {
    async findPort(labId, { signal }) {
      const servers = await list(labId, signal)
      return (servers.find(({ port }) => port === usualPort) ?? servers.at(0))?.port ?? null
    },
    async findEntrance(labId, target, { signal }) {
      const port = Number(target.slice(target.lastIndexOf(':') + 1))
      const found = (await list(labId, signal)).find((server) => server.port === port)
      return found ?? null
    },
  }
}

/** One JSON object a line; newest first. What is no runtime file is passed over. */
export function parseJupyterServers(text: string): JupyterServer[] {
  const servers: JupyterServer[] = []
  for (const line of text.split('\n')) {
    const one = parseLine(line)
    if (one) servers.push(one)
  }
  return servers.toSorted((a, b) => b.pid - a.pid)
}

/** The file is the lab box's, and so is whoever may write it: what does not fit is passed over. */
const runtimeFile = z.object({
  port,
  pid: z.number().int().positive(),
  token: z
    .string()
    .max(512)
    .regex(/^[\x21-\x7e]*$/)
    .catch(''),
  base_url: z
    .string()
    .max(1024)
    .regex(/^\/([\w.~%-]+\/)*$/)
    .catch('/'),
})

function parseLine(line: string): JupyterServer | null {
  if (!line.trim().startsWith('{')) return null
  try {
    const parsed = runtimeFile.safeParse(JSON.parse(line))
    if (!parsed.success) return null
    const { port: at, pid, token, base_url: basePath } = parsed.data
    return { port: at, pid, basePath, token }
  } catch {
    // half written at this moment
    return null
  }
}
