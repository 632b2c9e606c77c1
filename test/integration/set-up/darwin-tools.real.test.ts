import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkMachine } from '../../../electron/backend/provisioning/install/check-machine.ts'
import { readMachineFacts } from '../../../electron/backend/provisioning/install/machine-facts.ts'
import { tryProgram } from '../../../electron/backend/provisioning/install/try-program.ts'
import { dropUploads, uploadProgram } from '../../../electron/backend/provisioning/install/upload-program.ts'
import { RemoteShell } from '../../../electron/backend/ssh/shell/remote-shell.ts'
import { sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'
import { packedProgram } from '../../harness/programs/packed-program.ts'
import { signInTo } from '../../harness/sign-in-to.ts'

/** Of what macOS has too, with the options that are the same there. */
const same = 'cat chmod cut date dd df gzip head id ls mkdir mv od rm sed tr'.split(' ')

/** Tools as macOS 14 has them, as far as scripts notice; sha256sum, xz, timeout and getconf's GNU words are missing there. */
const standIns: Readonly<Record<string, string>> = {
  uname: 'case "$1" in -s) echo Darwin ;; -m) echo arm64 ;; -r) echo 23.5.0 ;; *) exit 1 ;; esac',
  sw_vers: 'case "$1" in -productName) echo macOS ;; -productVersion) echo 14.5 ;; esac',
  shasum: '[ "$1 $2" = "-a 256" ] && [ $# = 2 ] || exit 1; /usr/bin/sha256sum',
  mktemp:
    '[ "$1" = -d ] && [ $# = 2 ] || { echo "usage: mktemp [-d] template" >&2; exit 1; }; exec /usr/bin/mktemp -d "$2"',
  wc: 'printf "%8s\\n" "$(/usr/bin/wc "$@")"',
  stat: 'case "$1" in -c*) echo "stat: illegal option -- c" >&2; exit 1 ;; esac; exec /usr/bin/stat "$@"',
  getconf: 'echo "getconf: no such configuration parameter" >&2; exit 64',
  python3: 'echo "xcode-select: note: No developer tools were found" >&2; exit 1',
}

it.runIf(existsSync(sshdPath))('a lab box with the tools of macOS takes a program', async () => {
  const { signal } = new AbortController()
  const folder = await mkdtemp(join(tmpdir(), 'nps-darwin-'))
  const tools = join(folder, 'tools')
  await mkdir(tools)
  for (const name of same) await symlink(join('/bin', name), join(tools, name))
  for (const [name, script] of Object.entries(standIns))
    await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const sshd = await startLocalSshd({ config: [`SetEnv PATH=${tools}`] })
  const address = { host: sshd.host, port: sshd.port, user: sshd.user }
  const session = await signInTo(address, { kind: 'key', key: sshd.privateKey }, { signal })
  try {
    const shell = new RemoteShell(session)
    const facts = await readMachineFacts(shell, { signal })
    expect(facts).toMatchObject({ kind: 'Darwin', machine: 'arm64', libc: '' })
    expect(facts.canXz).toBe(false)
    expect(facts.places[0]).toMatchObject({ folder: facts.home, runsPrograms: true })
    expect(checkMachine('h', facts, ['darwin'])).toEqual({ platform: 'darwin', arch: 'arm64' })

    const start = '#!/bin/sh\necho 1.2.3\nexit\n'
    const about = { program: 'npc', platform: 'darwin', arch: 'arm64', start } as const
    const file = await packedProgram(join(folder, 'npc.gz'), about)
    const place = { folder, mount: '/', freeBytes: 1e9, runsPrograms: true }
    const upload = async () =>
      await uploadProgram(shell, file, place, { onProgress: () => undefined, signal })
    const { path: there, sentBytes } = await upload()
    expect(sentBytes).toBe(file.bytes)
    expect((await upload()).sentBytes).toBe(0)
    expect(await tryProgram(shell, 'npc', there, { signal })).toBe('1.2.3')
    await shell.output(dropUploads([folder]), { signal })
    expect((await readdir(folder)).toSorted()).toEqual(['npc.gz', 'tools'])
  } finally {
    session.close()
    await sshd.close()
    await rm(folder, { recursive: true, force: true })
  }
})
