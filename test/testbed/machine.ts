import { type MachineEnd, type MachineRun, startRun } from './machine-boot.ts'
import type { MachineDisk } from './machine-disk.ts'
import type { BedNetwork, MachineName } from './network.ts'
import { type CommandResult, runCommand, tryCommand } from './run-command.ts'

export interface ExecOptions {
  readonly timeoutMs?: number
  readonly input?: string
  readonly signal?: AbortSignal
}

/** How long a machine may take to shut down; systemd itself gives a stubborn service 90 s. */
const shutdownDeadlineMs = 120_000

/** A Debian machine with its own systemd, disk, address and power switch. It keeps its disk while it is off. */
export class Machine {
  readonly name: MachineName
  readonly disk: MachineDisk
  readonly #network: BedNetwork
  #run: MachineRun | undefined
  /** Settles when the boot that is going on, or was the last, is over. */
  #up: Promise<void> = Promise.reject(new Error('The machine was never started.'))
  #removed = false

  constructor(name: MachineName, disk: MachineDisk, network: BedNetwork) {
    this.name = name
    this.disk = disk
    this.#network = network
    this.#up.catch(() => undefined)
  }

  get address(): string {
    return this.#network.address(this.name)
  }

  /** Turns the machine on and waits until its sshd listens. */
  async start(): Promise<void> {
    if (this.#run !== undefined) throw new Error(`Machine "${this.name}" is on already.`)
    await this.#boot()
  }

  /** Asks the machine to reboot and waits until its sshd listens again. */
  async reboot(): Promise<void> {
    const over = this.waitForReboot()
    await this.#ask('systemctl reboot')
    await over
  }

  /** Waits for a reboot that something else asks for, and until sshd listens again. */
  async waitForReboot(): Promise<void> {
    const end = await this.#ended()
    if (end !== 'reboot') throw new Error(`Machine "${this.name}" did not reboot: it is ${end}.`)
    await this.#up
  }

  /** Shuts the machine down in good order. */
  async powerOff(): Promise<void> {
    const over = this.#ended()
    await this.#ask('systemctl poweroff')
    await over
  }

  /** Pulls the plug: every process is gone at once, as by kill -9. */
  async cutPower(): Promise<void> {
    if (this.#run === undefined) return
    const over = this.#ended()
    process.kill(await this.#run.leaderPid(), 'SIGKILL')
    await over
  }

  async cutNetwork(): Promise<void> {
    await this.#network.cut(this.name)
  }

  async restoreNetwork(): Promise<void> {
    await this.#network.restore(this.name)
  }

  /** Runs a shell command in the machine as root, by no network, and returns its output; throws unless it succeeds. */
  async exec(command: string, options: ExecOptions = {}): Promise<string> {
    const [program, args] = await this.#enter(command, options)
    return await runCommand(program, args, options)
  }

  /** As exec, but returns the exit code too, whatever it is. */
  async tryExec(command: string, options: ExecOptions = {}): Promise<CommandResult> {
    const [program, args] = await this.#enter(command, options)
    return await tryCommand(program, args, options)
  }

  /** The last lines on the machine's console. */
  console(): string {
    return this.#run?.console() ?? ''
  }

  /** Pulls the plug for good. sweepSlot removes the disk and the network. */
  async remove(): Promise<void> {
    this.#removed = true
    await this.cutPower()
  }

  async #enter(command: string, { timeoutMs = 60_000 }: ExecOptions): Promise<[string, string[]]> {
    if (this.#run === undefined) throw new Error(`Machine "${this.name}" is off: it cannot run "${command}".`)
    await this.#up
    const leader = await this.#run.leaderPid()
    return [
      'nsenter',
      [
        '--target',
        String(leader),
        '--mount',
        '--uts',
        '--ipc',
        '--net',
        '--pid',
        '--',
        'env',
        '-i',
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'HOME=/root',
        'timeout',
        '--kill-after=1',
        String(timeoutMs / 1e3),
        'bash',
        '-c',
        command,
      ],
    ]
  }

  /** The shutdown ends the command's own shell at some point, so its result says nothing. */
  async #ask(command: string): Promise<void> {
    await this.tryExec(command).catch(() => undefined)
  }

  async #boot(): Promise<void> {
    this.#up = this.#bootOnce()
    this.#up.catch(() => undefined)
    await this.#up
  }

  async #bootOnce(): Promise<void> {
    await this.#network.attach(this.name)
    const run = await startRun(this.name, this.disk.root, this.#network)
    this.#run = run
    void run.ended.then((end) => this.#afterEnd(end))
    await run.ready
  }

  #afterEnd(end: MachineEnd): void {
    this.#run = undefined
    this.#up = this.#network.detach(this.name).then(async () => {
      if (end === 'reboot' && !this.#removed) await this.#bootOnce()
      else throw new Error(`Machine "${this.name}" is ${end}.`)
    })
    this.#up.catch(() => undefined)
  }

  async #ended(): Promise<MachineEnd> {
    if (this.#run === undefined) throw new Error(`Machine "${this.name}" is off.`)
    const deadline = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      const seconds = shutdownDeadlineMs / 1000
      deadline.reject(new Error(`Machine "${this.name}" did not go down in ${seconds} s.\n${this.console()}`))
    }, shutdownDeadlineMs)
    try {
      return await Promise.race([this.#run.ended, deadline.promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
