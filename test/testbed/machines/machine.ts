import { isEmulated } from './emulation.ts'
import { type MachineEnd, type MachineRun, startRun } from './machine-boot.ts'
import type { MachineDisk } from './machine-disk.ts'
import type { BedNetwork, MachineName } from '../network/network.ts'
import { type CommandResult, runCommand, tryCommand } from '../run-command.ts'

export interface MachineExecOptions {
  readonly timeoutMs?: number
  readonly input?: string
  readonly signal?: AbortSignal
}

/** How long a machine may take to shut down; systemd itself gives a stubborn service 90 s. */
const shutdownTimeoutMs = 120_000

/** A Debian machine with its own systemd, disk, address and power switch. It keeps its disk while it is off. */
export class Machine {
  readonly name: MachineName
  readonly disk: MachineDisk
  readonly #network: BedNetwork
  #run: MachineRun | undefined
  /** Fulfils when the run is over and its network is gone. */
  #down: Promise<MachineEnd> = Promise.resolve('off')
  /** Settles when the boot that is going on, or was the last, is over. Whoever needs the machine hears of a failure. */
  #up: Promise<void> = Promise.resolve()
  #isCut = false
  #removed = false

  constructor(name: MachineName, disk: MachineDisk, network: BedNetwork) {
    this.name = name
    this.disk = disk
    this.#network = network
  }

  get address(): string {
    return this.#network.address(this.name)
  }

  /** Turns the machine on and waits until its sshd listens. */
  async start(): Promise<void> {
    if (this.#run !== undefined) throw new Error(`Machine "${this.name}" is on already.`)
    this.#up = this.#boot()
    this.#up.catch(() => undefined)
    await this.#up
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
    // The kernel would close the connections of the killed processes; a machine without power says nothing.
    const wasCut = this.#isCut
    await this.cutNetwork()
    await this.#run.kill()
    await over
    if (!wasCut) await this.restoreNetwork()
  }

  /** Silently drops all that comes from or goes to the machine, until restoreNetwork. */
  async cutNetwork(): Promise<void> {
    this.#isCut = true
    await this.#network.cut(this.name)
  }

  async restoreNetwork(): Promise<void> {
    if (this.#isCut) await this.#network.restore(this.name)
    this.#isCut = false
  }

  /** Runs a shell command in the machine as root, by no network, and returns its output; throws unless it succeeds. */
  async exec(command: string, options: MachineExecOptions = {}): Promise<string> {
    const [program, args] = await this.#enter(command, options)
    return await runCommand(program, args, options)
  }

  /** As exec, but returns the exit code too, whatever it is. */
  async tryExec(command: string, options: MachineExecOptions = {}): Promise<CommandResult> {
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

  async #enter(command: string, { timeoutMs = 60_000 }: MachineExecOptions): Promise<[string, string[]]> {
    await this.#up
    if (this.#run === undefined) throw new Error(`Machine "${this.name}" is off: it cannot run "${command}".`)
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
        // where the kernel knows of qemu
        ...(isEmulated(this.name) ? ['--user'] : []),
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
    await this.#network.attach(this.name)
    const run = await startRun(this.name, this.disk.root, this.#network)
    this.#run = run
    this.#down = this.#follow(run)
    await run.ready
  }

  /** Waits for the end of a run, and boots again if the machine asked for it. */
  async #follow(run: MachineRun): Promise<MachineEnd> {
    const end = await run.ended
    this.#run = undefined
    await this.#network.detach(this.name)
    if (end === 'reboot' && !this.#removed) {
      this.#up = this.#boot()
      this.#up.catch(() => undefined)
    }
    return end
  }

  async #ended(): Promise<MachineEnd> {
    if (this.#run === undefined) throw new Error(`Machine "${this.name}" is off.`)
    const deadline = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      const seconds = shutdownTimeoutMs / 1000
      deadline.reject(new Error(`Machine "${this.name}" did not go down in ${seconds} s.\n${this.console()}`))
    }, shutdownTimeoutMs)
    try {
      return await Promise.race([this.#down, deadline.promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
