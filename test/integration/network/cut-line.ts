import { runCommand } from '../../testbed/run-command.ts'

/**
 * A lab box in a network namespace, the relay in that of the test, and a router between the two whose link to the relay
 * can be taken down: packets then vanish, and neither end sees anything of it.
 */
export class CutLine {
  readonly relayAddress: string
  readonly labAddress: string
  readonly #name: string
  readonly #outside: string

  private constructor(number: number) {
    this.#name = `cut${process.pid}-${number}`
    this.#outside = `cut${process.pid % 100_000}-${number}`
    this.relayAddress = `10.213.${number}.1`
    this.labAddress = `10.213.${number + 1}.2`
  }

  /** Makes the namespaces; `number`, even and below 254, is the third of the addresses. Needs root. */
  static async open(number: number): Promise<CutLine> {
    const line = new CutLine(number)
    const { lab, router } = line
    const [here, there] = [line.relayAddress, line.labAddress].map((address) => address.replace(/\d+$/, ''))
    await ip('netns', 'add', lab)
    await ip('netns', 'add', router)
    await ip('link', 'add', line.#outside, 'type', 'veth', 'peer', 'name', 'relay', 'netns', router)
    await ip('-n', lab, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'lab', 'netns', router)
    await ip('address', 'add', `${here}1/24`, 'dev', line.#outside)
    await ip('-n', router, 'address', 'add', `${here}2/24`, 'dev', 'relay')
    await ip('-n', router, 'address', 'add', `${there}1/24`, 'dev', 'lab')
    // Without a way on packets vanish: an answer would tell that the line is cut.
    await ip('-n', router, 'route', 'add', 'blackhole', 'default')
    await runCommand('ip', ['netns', 'exec', router, 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1'])
    await ip('link', 'set', line.#outside, 'up')
    for (const device of ['lo', 'relay', 'lab']) await ip('-n', router, 'link', 'set', device, 'up')
    await ip('-n', lab, 'link', 'set', 'lo', 'up')
    await line.plugIn()
    await ip('route', 'add', `${there}0/24`, 'via', `${here}2`)
    return line
  }

  get lab(): string {
    return `${this.#name}-lab`
  }

  get router(): string {
    return `${this.#name}-router`
  }

  /** A command line that runs in the lab box's network. */
  inLab(command: readonly string[]): readonly [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.lab, ...command]
  }

  async cut(): Promise<void> {
    await ip('-n', this.router, 'link', 'set', 'relay', 'down')
  }

  async restore(): Promise<void> {
    await ip('-n', this.router, 'link', 'set', 'relay', 'up')
  }

  /** Gives the lab box its address and its way out, as a cable and DHCP do. */
  async plugIn(): Promise<void> {
    await ip('-n', this.lab, 'link', 'set', 'eth0', 'up')
    await ip('-n', this.lab, 'address', 'replace', `${this.labAddress}/24`, 'dev', 'eth0')
    await ip('-n', this.lab, 'route', 'replace', 'default', 'via', this.labAddress.replace(/\d+$/, '1'))
  }

  /** Takes them away, which the lab box sees. */
  async unplug(): Promise<void> {
    await ip('-n', this.lab, 'address', 'flush', 'dev', 'eth0')
    await ip('-n', this.lab, 'link', 'set', 'eth0', 'down')
  }

  async close(): Promise<void> {
    await ip('link', 'delete', this.#outside)
    await ip('netns', 'delete', this.lab)
    await ip('netns', 'delete', this.router)
  }
}

async function ip(...args: string[]): Promise<void> {
  await runCommand('ip', args)
}
