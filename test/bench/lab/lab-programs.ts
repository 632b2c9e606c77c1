import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { tmuxSocket } from '../../../electron/backend/terminals/shell-command.ts'
import { sshdPath } from '../../harness/local-sshd.ts'
import { baseRoot } from '../../testbed/images/base-root.ts'
import { isCached } from '../../testbed/images/cache-folder.ts'
import { pythonLayer, researchBin, researchScript } from '../../testbed/images/python-layer.ts'
import { runCommand } from '../../testbed/run-command.ts'
import { MeasuredProgram } from '../measured-program.ts'
import type { Place } from '../place.ts'

const [jupyterPort, boardPort] = [8888, 6006]

/** Where Debian puts it. */
export const sftpServer = '/usr/lib/openssh/sftp-server'

/** Python's own start, on a busy machine. */
const startTimeoutMs = 120_000

/** What the person's shell asks with, so that a prompt is told from everything else. */
export const prompt = 'lab-of-the-bench$ '

/** Why JupyterLab and TensorBoard cannot run here, or undefined. */
export async function researchMissing(): Promise<string | undefined> {
  const areThere = (await isCached(baseRoot)) && (await isCached(pythonLayer))
  return areThere ? undefined : 'JupyterLab and TensorBoard: node test/testbed/prepare.ts makes them'
}

export function sshMissing(): string | undefined {
  return existsSync(sshdPath) ? undefined : `ssh: ${sshdPath} is not there`
}

/** JupyterLab, TensorBoard and sshd at the lab of a place, as researchers have them, from the first time each is asked for. */
export class LabPrograms {
  readonly #place: Place
  readonly #folder: string
  readonly #sshPort: number
  readonly #programs: MeasuredProgram[] = []
  #jupyter: Promise<void> | undefined
  #board: Promise<void> | undefined
  #sshd: Promise<void> | undefined

  private constructor(place: Place, folder: string, sshPort: number) {
    this.#place = place
    this.#folder = folder
    this.#sshPort = sshPort
  }

  static async start(place: Place, sshPort: number): Promise<LabPrograms> {
    return new LabPrograms(place, await mkdtemp(join(tmpdir(), 'nps-bench-lab-')), sshPort)
  }

  /** Fulfils with its `host:port`. */
  async jupyter(): Promise<string> {
    const options = '--ServerApp.allow_remote_access=True --IdentityProvider.token= --ServerApp.password='
    const command = `${researchBin}/jupyter lab --allow-root --no-browser --ip=0.0.0.0 --port=${jupyterPort} ${options}`
    this.#jupyter ??= this.#research(command, /is running at/)
    await this.#jupyter
    return `${this.#place.targetHost}:${jupyterPort}`
  }

  async board(): Promise<string> {
    const board = `${researchBin}/tensorboard --logdir runs --bind_all --port ${boardPort}`
    this.#board ??= this.#research(`${researchBin}/train runs/first && ${board}`, /TensorBoard \S+ at/)
    await this.#board
    return `${this.#place.targetHost}:${boardPort}`
  }

  /** Fulfils with what ssh is to be told to get in to a terminal, besides the address. */
  async ssh(): Promise<readonly string[]> {
    const { user, options } = await this.sshOptions()
    return ['-tt', ...options, '-l', user]
  }

  /** The same for what copies over it, and the folder with its keys. */
  async sshOptions(): Promise<{ folder: string; user: string; options: readonly string[] }> {
    this.#sshd ??= this.#startSshd()
    await this.#sshd
    const settings = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'BatchMode=yes',
      'LogLevel=ERROR',
    ]
    const set = settings.flatMap((setting) => ['-o', setting])
    const options = ['-F', 'none', '-i', join(this.#folder, 'user'), ...set]
    return { folder: this.#folder, user: userInfo().username, options }
  }

  async close(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.kill()))
    const tmux = join(this.#folder, `tmux-${userInfo().uid}`, tmuxSocket)
    if (existsSync(tmux)) await runCommand('tmux', ['-S', tmux, 'kill-server'])
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Runs a command line in the root that the machines of the test bed have; what it mounts ends with it. */
  async #research(command: string, ready: RegExp): Promise<void> {
    const script = researchScript(await mkdtemp(join(this.#folder, 'root-')), command)
    const program = this.#run({ program: 'unshare', args: ['-m', 'sh', '-c', script] })
    await program.says(ready, startTimeoutMs)
  }

  async #startSshd(): Promise<void> {
    const folder = this.#folder
    for (const name of ['host', 'user'])
      await runCommand('ssh-keygen', [
        '-q',
        '-t',
        'ed25519',
        '-N',
        '',
        '-C',
        'bench',
        '-f',
        join(folder, name),
      ])
    const home = join(folder, 'home')
    await cp('/etc/skel', home, { recursive: true })
    const config = join(folder, 'sshd_config')
    await writeFile(
      config,
      [
        `HostKey ${folder}/host`,
        `AuthorizedKeysFile ${folder}/user.pub`,
        `ListenAddress ${this.#place.targetHost}:${this.#sshPort}`,
        // copies ask for a command or for files, a person for neither
        `ForceCommand test -n "$SSH_ORIGINAL_COMMAND" && exec sh -c "$SSH_ORIGINAL_COMMAND"; PS1='${prompt}' exec sh -i`,
        `Subsystem sftp ${sftpServer}`,
        // the shells that tmux keeps are ours, and end with sshd; the start-up files are those of a new account
        `SetEnv TMUX_TMPDIR=${folder} HOME=${home}`,
        'PidFile none',
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin yes',
        '',
      ].join('\n'),
    )
    await mkdir('/run/sshd', { recursive: true })
    await this.#run({ program: sshdPath, args: ['-D', '-e', '-f', config] }).says(/Server listening/)
  }

  #run(command: { program: string; args: readonly string[] }): MeasuredProgram {
    const program = new MeasuredProgram(this.#place.lab(command), { cwd: this.#folder })
    this.#programs.push(program)
    return program
  }
}
