import { AppError } from '../../failures/app-error.ts'
import { shellWord as quote } from '@nps-desktop/relay-core/api'
import type { RemoteShell } from '../../ssh/shell/remote-shell.ts'

/** Why a program does not start. Where none of the first four fits, what it said has to do. */
export type StartProblem =
  | 'program-wrong-processor'
  | 'program-not-allowed'
  | 'system-too-old'
  | 'program-killed'
  | 'program-will-not-start'

/**
 * Starts the program with `-version` on the machine where it is to run; answers the version it prints.
 * Rejects with a `StartProblem`.
 */
export async function tryProgram(
  shell: RemoteShell,
  program: string,
  path: string,
  { signal }: { signal: AbortSignal },
): Promise<string> {
  const { host } = shell.session.address
  const { exitCode, stdout, stderr } = await shell.run(
    `${quote(path)} -version; code=$?
[ $code -eq 0 ] && exit 0
echo "machine=$(uname -m) kernel=$(uname -r) elf=$(dd if=${quote(path)} bs=1 skip=18 count=2 2>/dev/null | od -An -tx1 | tr -d ' ')" >&2
exit $code`,
    { timeoutMs: 20_000, signal },
  )
  const version = /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0]
  if (exitCode === 0 && version) return version
  const problem = explain(exitCode, stderr)
  // of Alpine, which comes without the C++ library that its programs need
  const isLibraryMissing = /error loading shared library lib(stdc\+\+|gcc_s)/i.test(stderr)
  const said = stderr.trim().split('\n').slice(0, -1).at(-1)?.slice(0, 200) ?? ''
  const [machine = '', kernel = ''] = [/machine=(\S+)/.exec(stderr)?.[1], /kernel=(\S+)/.exec(stderr)?.[1]]
  throw programFailure(
    problem,
    { host, program, processor: machine, kernel, said, exitCode },
    isLibraryMissing ? [addLibrary] : [],
  )
}

/** The failure of a program that did not start. `said`: its last words, or those of the system; empty when there were none. */
export function programFailure(
  problem: StartProblem,
  {
    said,
    exitCode,
    ...where
  }: {
    host: string
    program: string
    processor: string
    kernel: string
    said: string
    exitCode: number | null
  },
  help: readonly (typeof addLibrary)[] = [],
): AppError {
  const { host, program, processor, kernel } = where
  return new AppError(
    problem,
    `${program} does not start on ${host} (${processor}, kernel ${kernel}): ${sentences[problem]}${said === '' ? '' : ` It said: ${said}`}`,
    { ...where, said: said === '' ? `exit code ${exitCode}` : said },
    { fixes: [...help, { action: 'retry' }] },
  )
}

const addLibrary = { action: 'copy', text: 'apk add libstdc++' } as const

const sentences: Record<StartProblem, string> = {
  'program-wrong-processor': 'it was built for another processor.',
  'program-not-allowed': 'its folder is mounted so that no program may run there (noexec).',
  'system-too-old': 'the C library, another system library or the kernel is too old or missing.',
  'program-killed': 'it was killed at once, probably for want of memory or of a processor feature.',
  'program-will-not-start': 'the reason is not known.',
}

/** Numbers of `e_machine` in an ELF header, little endian. */
const elfMachines: Record<string, string> = { '3e00': 'x86_64', b700: 'aarch64' }

/** From the exit code and what the shell, the loader and our script wrote to stderr. */
export function explain(exitCode: number | null, stderr: string): StartProblem {
  const built = elfMachines[/elf=(\w+)/.exec(stderr)?.[1] ?? '']
  const machine = /machine=(\S+)/.exec(stderr)?.[1]
  if (/exec format error|bad cpu type in executable/i.test(stderr) || (built && machine && built !== machine))
    return 'program-wrong-processor'
  if (/GLIBC_\S+' not found|version `GLIBC|kernel too old|symbol not found/i.test(stderr))
    return 'system-too-old'
  if (
    /error while loading shared libraries|cannot open shared object|error loading shared library|library not loaded/i.test(
      stderr,
    )
  )
    return 'system-too-old'
  if (exitCode === 126 || /permission denied/i.test(stderr)) return 'program-not-allowed'
  // The shell says "not found" of a program whose loader (/lib64/ld-linux-…) is missing.
  if (exitCode === 127) return 'system-too-old'
  if (exitCode === null || exitCode >= 128) return 'program-killed'
  return 'program-will-not-start'
}
