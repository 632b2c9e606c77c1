import type { FoundAbout, FoundProgram, ServiceKind } from '@nps-desktop/electron/contract'
import { programName } from '@nps-desktop/relay-core/api'

/** What a command line says of a program. */
export interface Recognised {
  readonly program: FoundProgram
  readonly kind: ServiceKind
  readonly name: string
  /** Where it was told to listen; null: where it does so by itself. */
  readonly port: number | null
  readonly usualPort: number
  readonly about: readonly FoundAbout[]
}

interface KnownProgram {
  readonly program: FoundProgram
  readonly kind: ServiceKind
  readonly name: string
  readonly usualPort: number
  /** The name of its program or script. */
  readonly command: RegExp
  /** Its module, as in `python -m module`. */
  readonly module?: RegExp
  /** The whole path of the script that listens, where its name says nothing. */
  readonly script?: RegExp
  /** What it has a web server of Python run, as in `python -m uvicorn module:app`. */
  readonly app?: RegExp
  readonly portOptions: readonly string[]
  readonly about?: (args: readonly string[]) => readonly FoundAbout[]
}

/** By the documentation of each one's command line. */
const programs: readonly KnownProgram[] = [
  {
    program: 'jupyter',
    kind: 'jupyter',
    name: 'Jupyter',
    usualPort: 8888,
    command: /^jupyter(-lab|-notebook|-server|-labhub|hub-singleuser)?$/,
    module: /^(jupyterlab|notebook|jupyter_server|jupyter)$/,
    portOptions: ['--port', '--ServerApp.port', '--NotebookApp.port'],
  },
  {
    program: 'tensorboard',
    kind: 'tensorboard',
    name: 'TensorBoard',
    usualPort: 6006,
    command: /^tensorboard$/,
    module: /^tensorboard(\.main)?$/,
    portOptions: ['--port'],
    about: (args) => aboutOption('logdir', args, ['--logdir']),
  },
  {
    program: 'code-server',
    kind: 'code',
    name: 'code-server',
    usualPort: 8080,
    command: /^(code-server|openvscode-server)$/,
    // code-server starts this with its options in a file, openvscode-server with them behind it
    script: /\/(code-server|openvscode-server[^/]*)\/out\/(node\/entry|server-main)(\.js)?$/,
    portOptions: ['--bind-addr', '--port'],
  },
  {
    program: 'streamlit',
    kind: 'web',
    name: 'Streamlit',
    usualPort: 8501,
    command: /^streamlit$/,
    module: /^streamlit$/,
    portOptions: ['--server.port'],
    about: (args) => aboutScript(args),
  },
  {
    program: 'gradio',
    kind: 'web',
    name: 'Gradio',
    usualPort: 7860,
    command: /^gradio$/,
    portOptions: [],
    about: (args) => aboutScript(args),
  },
  {
    program: 'mlflow',
    kind: 'web',
    name: 'MLflow',
    usualPort: 5000,
    command: /^mlflow(\.server.*)?$/,
    module: /^mlflow$/,
    app: /^mlflow\.server[\w.]*:app$/,
    portOptions: ['--port', '-p'],
  },
  {
    program: 'vllm',
    kind: 'llm',
    name: 'vLLM',
    usualPort: 8000,
    command: /^vllm$/,
    module: /^vllm\.entrypoints\..+$/,
    portOptions: ['--port'],
    about: (args) => {
      const named = aboutOption('model', args, ['--served-model-name', '--model'])
      const served = args[args.indexOf('serve') + 1]
      if (named.length > 0 || !args.includes('serve') || served?.startsWith('-') !== false) return named
      return [{ what: 'model', text: served }]
    },
  },
  {
    program: 'llm',
    kind: 'llm',
    name: 'SGLang',
    usualPort: 30_000,
    command: /^sglang$/,
    module: /^sglang\.launch_server$/,
    portOptions: ['--port'],
    about: (args) => aboutOption('model', args, ['--served-model-name', '--model-path', '--model']),
  },
  {
    program: 'llm',
    kind: 'llm',
    name: 'llama.cpp',
    usualPort: 8080,
    command: /^llama-server$/,
    portOptions: ['--port'],
    about: (args) => aboutOption('model', args, ['--alias', '-a', '--model', '-m']),
  },
  { program: 'llm', kind: 'llm', name: 'Ollama', usualPort: 11_434, command: /^ollama$/, portOptions: [] },
  { program: 'ssh', kind: 'ssh', name: 'SSH', usualPort: 22, command: /^sshd:?$/, portOptions: ['-p'] },
  { program: 'rdp', kind: 'rdp', name: 'xrdp', usualPort: 3389, command: /^xrdp$/, portOptions: [] },
  {
    program: 'vnc',
    kind: 'vnc',
    name: 'VNC',
    usualPort: 5900,
    command: /^(Xvnc|Xtigervnc|Xtightvnc|x11vnc|x0vncserver)$/,
    portOptions: ['-rfbport'],
  },
]

/** Parts of known programs that listen for themselves alone: kernels, TensorBoard's loader, an editor's remote half. */
const isInner = /ipykernel|tensorboard_data_server|\.vscode-server|\.cursor-server|jetbrains|multiprocessing/i

/**
 * The app itself, nps and npc, where laptop, server and lab box are one machine: their ports are ends of tunnels and their own doors,
 * and a tunnel to one would lead back to where it comes from.
 */
const ownProgram = /^(np[sc]|nps[- ]desktop)$/i
/** The same, run from their sources by Node and Electron. */
const ownScript =
  /(?:^|[\\/])(electron[\\/](headless[\\/]cli\.ts|dist[\\/]app[\\/]main\.js)|cli[\\/]np[sc][\\/]np[sc]\.ts)$/

/** Modules that serve an application of another module. */
const isWebServer = /^(uvicorn|gunicorn|hypercorn)$/

/** Which program runs there; null for one that is not known, and `inner` for what nobody else is meant to reach. */
export function recognise(args: readonly string[]): Recognised | 'inner' | null {
  const head = args.slice(0, 6)
  if (head.some((arg) => isInner.test(arg) || ownScript.test(arg))) return 'inner'
  if (ownProgram.test(programName(head[0] ?? ''))) return 'inner'
  const module = head[head.indexOf('-m') + 1] ?? ''
  const isModule = head.includes('-m') && /^python/i.test(programName(head[0] ?? ''))
  // `sshd: /usr/sbin/sshd -D [listener]`, and `python /home/…/bin/vllm serve …`
  const names = new Set(isModule ? [] : head.filter((arg) => !arg.startsWith('-')).map(programName))
  for (const known of programs) {
    const { program, kind, name, usualPort } = known
    const isIt = isModule
      ? known.module?.test(module) || (isWebServer.test(module) && args.some((arg) => known.app?.test(arg)))
      : [...names].some((one) => known.command.test(one)) || head.some((arg) => known.script?.test(arg))
    if (!isIt) continue
    const port = portIn(option(args, known.portOptions))
    return { program, kind, name, port, usualPort, about: known.about?.(args) ?? [] }
  }
  return null
}

/** The value of the first of these options that is given, as `--name value` or `--name=value`. */
function option(args: readonly string[], names: readonly string[]): string | null {
  for (const name of names) {
    const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`))
    const arg = args[at]
    if (arg !== undefined) return arg === name ? (args[at + 1] ?? null) : arg.slice(name.length + 1)
  }
  return null
}

/** The last number: of `127.0.0.1:8080`, 8080. */
function portIn(text: string | null): number | null {
  const port = Number(/(\d{1,5})$/.exec(text ?? '')?.[1])
  return port > 0 && port < 65_536 ? port : null
}

function aboutOption(
  what: FoundAbout['what'],
  args: readonly string[],
  names: readonly string[],
): readonly FoundAbout[] {
  const text = option(args, names)
  return text === null || text === '' ? [] : [{ what, text }]
}

function aboutScript(args: readonly string[]): readonly FoundAbout[] {
  const script = args.find((arg) => arg.endsWith('.py'))
  return script === undefined ? [] : [{ what: 'script', text: script }]
}
