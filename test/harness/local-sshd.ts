import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { accountName, type LoginAccount, makeAccount } from './login-account.ts'

const run = promisify(execFile)

export interface LocalSshdOptions {
  /** Lines of sshd_config that come before, and so outweigh, the usual ones. */
  readonly config?: readonly string[]
  /** Somebody else than the user that runs the test; needs root. */
  readonly account?: LoginAccount
}

/** A real OpenSSH server on a free loopback port, for the user that runs the test or an account of its own, by key. */
export interface LocalSshd {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly user: string
  /** A private key that it accepts. */
  readonly privateKey: string
  readonly folder: string
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly fingerprint: string
  /** From now on it shows another host key. */
  changeHostKey(): Promise<void>
  /** Cuts every connection that is open now. */
  cut(): void
  /** What sshd said so far. */
  log(): string
  close(): Promise<void>
}

/** Where Debian, Red Hat and Arch put it; undefined: not installed here. */
export const sshdPath = '/usr/sbin/sshd'

/** One sshd a connection (`sshd -i`), behind a listener of ours: so the port can be 0. */
export async function startLocalSshd({
  config: lines = [],
  account,
}: LocalSshdOptions = {}): Promise<LocalSshd> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-sshd-'))
  const makeKey = (name: string): Promise<unknown> =>
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(folder, name)])
  await makeKey('host')
  await makeKey('user')
  await writeFile(join(folder, 'authorized_keys'), await readFile(join(folder, 'user.pub')), { mode: 0o644 })
  const config = join(folder, 'sshd_config')
  await writeFile(
    config,
    [
      ...lines,
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  )
  // sshd wants this folder for its unprivileged part
  await run('mkdir', ['-p', '/run/sshd']).catch(() => undefined)
  const mounts = account ? await makeAccount(folder, account) : []
  const daemon = [sshdPath, '-i', '-e', '-f', config]
  const [command = '', ...args] =
    mounts.length === 0
      ? daemon
      : ['unshare', '-m', 'sh', '-c', `${mounts.join('; ')}; exec ${daemon.join(' ')}`]
  const children = new Set<ChildProcess>()
  let said = ''
  const serve = (socket: Socket): void => {
    const child = spawn(command, args, { stdio: [socket, socket, 'pipe'] })
    children.add(child)
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.once('exit', () => children.delete(child))
    // The child holds the connection now; ours is only a second handle on it.
    child.once('spawn', () => socket.destroy())
    child.once('error', () => socket.destroy())
  }
  const server = createServer({ pauseOnConnect: true }, serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const child of children) if (child.pid !== undefined) killTree(child.pid)
  }
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    user: account ? accountName : userInfo().username,
    privateKey: await readFile(join(folder, 'user'), 'utf8'),
    folder,
    fingerprint: (await run('ssh-keygen', ['-lf', join(folder, 'host.pub')])).stdout.split(' ')[1] ?? '',
    changeHostKey: async () => {
      await rm(join(folder, 'host'))
      await rm(join(folder, 'host.pub'))
      await makeKey('host')
      await chmod(join(folder, 'host'), 0o600)
    },
    cut,
    log: () => said,
    close: async () => {
      const gone = [...children].map((child) => once(child, 'exit'))
      cut()
      server.close()
      await Promise.all(gone)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** sshd forks one process a session; the group of each is its own, so they go with their parent's connection. */
function killTree(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
