import { createHook } from 'node:async_hooks'

/** What this process holds open that Node can name: a socket, a server, a timer, a child, a worker, a watcher. */
export interface LiveResource {
  readonly kind: string
  /** The test that was running, or null outside of tests (a hook, or the loading of the file). */
  readonly test: string | null
  /** Lines of a stack, innermost first: where it was made; empty if Node made it by itself. */
  readonly stack: readonly string[]
}

interface Made {
  readonly kind: string
  readonly test: string | null
  /** Not formatted until asked for: that costs more than all the rest. */
  readonly trace: { readonly stack?: string }
  readonly acceptedBy: Made | undefined
  /** Only of a FileHandle, which outlives its descriptor. */
  readonly file: WeakRef<{ readonly fd: number }> | undefined
}

/** The types of Node's async_hooks that stand for something which has to be closed, and our words for them. */
const kinds: Readonly<Record<string, string>> = {
  TCPWRAP: 'socket',
  TCPSERVERWRAP: 'server',
  PIPEWRAP: 'pipe',
  PIPESERVERWRAP: 'pipe server',
  UDPWRAP: 'UDP socket',
  PROCESSWRAP: 'child process',
  FSEVENTWRAP: 'file watcher',
  STATWATCHER: 'file watcher',
  FILEHANDLE: 'file handle',
  WORKER: 'worker',
  Timeout: 'timer',
}

/**
 * Nobody can clear these timers: those of AbortSignal.timeout, Node's and happy-dom's, of fetch, and the three seconds for
 * which Vue waits for its developer tools.
 */
const neverCleared =
  /node:internal\/(abort_controller|deps\/undici)|happy-dom\/lib\/fetch\/AbortSignal|setDevtoolsHook/
const ofRunner = /\/node_modules\/(vitest|@vitest|vite|tinypool|birpc)\//

/** As stacks name a file: with slashes, on Windows too. */
const asInStacks = (file: string) => file.replaceAll('\\', '/')
const ownFile = asInStacks(import.meta.filename)

/** Follows what is made and closed from its creation on. */
export class LiveResources {
  readonly #made = new Map<number, Made>()
  readonly #own: string
  #test: string | null = null

  /** `own`: the file that asks, whose timers do not count. */
  constructor(own: string) {
    this.#own = asInStacks(own)
    const made = this.#made
    createHook({
      // promises close by themselves, and to follow them makes every await ten times slower
      trackPromises: false,
      init: (id, type, trigger, resource) => {
        const kind = kinds[type]
        if (kind === undefined) return
        const trace = {}
        const limit = Error.stackTraceLimit
        Error.stackTraceLimit = 25
        Error.captureStackTrace(trace)
        Error.stackTraceLimit = limit
        const file = type === 'FILEHANDLE' ? new WeakRef(resource as { readonly fd: number }) : undefined
        made.set(id, { kind, test: this.#test, trace, acceptedBy: made.get(trigger), file })
      },
      destroy: (id) => {
        made.delete(id)
      },
    }).enable()
  }

  /** What is made from here on is told with this test. */
  during(test: string | null): void {
    this.#test = test
  }

  /** What is open now, without what Node and the test runner hold for themselves. */
  list(): LiveResource[] {
    const found: LiveResource[] = []
    for (const made of this.#made.values()) {
      if (made.file !== undefined && (made.file.deref()?.fd ?? -1) < 0) continue
      if (made.kind === 'timer' && neverCleared.test(made.trace.stack ?? '')) continue
      const stack = linesOf(made)
      const [innermost = ''] = stack
      if (ofRunner.test(innermost) || innermost.includes(this.#own)) continue
      found.push({ kind: made.kind, test: made.test, stack: stack.filter((line) => !ofRunner.test(line)) })
    }
    return found
  }
}

/** Lines of our own and of packages; of an accepted socket those of its server. */
function linesOf(made: Made): string[] {
  const lines = (made.trace.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const outside = lines.filter((line) => !line.includes('node:') && !line.includes(ownFile))
  if (outside.length === 0 && made.acceptedBy !== undefined) return linesOf(made.acceptedBy)
  // listened after a name was looked up, say: Node's own lines still tell what it is
  const shown = outside.length > 0 ? outside : lines.filter((line) => !line.includes(ownFile))
  return shown.map((line) => line.trim())
}
