import { runCommand } from '../run-command.ts'
import type { Slot } from '../slot.ts'

/**
 * Everyone on the bed's network. The number is the third of their addresses.
 *
 *     laptop ──┐             ┌── cloud          public, behind the security group
 *              ├── router ───┤
 *     jump   ──┘             └── lab, lab-...   private, behind address translation
 */
const legNumbers = {
  laptop: 0,
  cloud: 1,
  lab: 2,
  'lab-cron': 3,
  'lab-bare': 4,
  jump: 5,
  'lab-arm64': 6,
} as const

export type LegName = keyof typeof legNumbers
export type MachineName = Exclude<LegName, 'laptop'>

/** The internet of a bed: a router in a network namespace of its own, and a leg to each machine and the laptop. */
export class BedNetwork {
  readonly #slot: Slot

  private constructor(slot: Slot) {
    this.#slot = slot
  }

  /** Makes the router and the laptop's leg. sweepSlot removes them. */
  static async open(slot: Slot): Promise<BedNetwork> {
    const network = new BedNetwork(slot)
    const router = network.namespace('router')
    const laptopLink = `${slot.prefix}-laptop`
    await ip('netns', 'add', router)
    await ip('-n', router, 'link', 'set', 'lo', 'up')
    await network.inRouter('sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1'])
    // Packets to nowhere vanish: an answer would tell that a machine is off, or that there is no internet.
    await ip('-n', router, 'route', 'add', 'blackhole', 'default')
    await network.nft(routerRules)
    await ip('link', 'add', laptopLink, 'type', 'veth', 'peer', 'name', 'laptop', 'netns', router)
    await ip('address', 'add', `${network.address('laptop')}/24`, 'dev', laptopLink)
    await ip('link', 'set', laptopLink, 'up')
    await network.#raiseRouterEnd('laptop')
    await ip('route', 'add', `${slot.network}.0.0/16`, 'via', network.routerAddress('laptop'))
    return network
  }

  address(name: LegName): string {
    return `${this.#slot.network}.${legNumbers[name]}.10`
  }

  routerAddress(name: LegName): string {
    return `${this.#slot.network}.${legNumbers[name]}.1`
  }

  /** The network namespace of a machine, or of the router. */
  namespace(name: MachineName | 'router'): string {
    return `${this.#slot.prefix}-${name}`
  }

  /** Gives a machine that is about to boot a new network namespace with its address and a default route. */
  async attach(name: MachineName): Promise<void> {
    const machine = this.namespace(name)
    await ip('netns', 'add', machine)
    await ip(
      'link',
      'add',
      name,
      'netns',
      this.namespace('router'),
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      machine,
    )
    await ip('-n', machine, 'address', 'add', `${this.address(name)}/24`, 'dev', 'eth0')
    await ip('-n', machine, 'link', 'set', 'lo', 'up')
    await ip('-n', machine, 'link', 'set', 'eth0', 'up')
    await this.#raiseRouterEnd(name)
    await ip('-n', machine, 'route', 'add', 'default', 'via', this.routerAddress(name))
  }

  /** Takes the network of a machine that is off away, and with it the firewall rules in its kernel. */
  async detach(name: MachineName): Promise<void> {
    // The kernel clears a deleted namespace later; until then it would answer for the machine.
    await ip('-n', this.namespace('router'), 'link', 'delete', name)
    await ip('netns', 'delete', this.namespace(name))
  }

  /** Silently drops all packets from and to `name`, open connections included, until restore(). */
  async cut(name: LegName): Promise<void> {
    await this.nft(`add element inet bed cut { "${name}" }`)
  }

  async restore(name: LegName): Promise<void> {
    await this.nft(`delete element inet bed cut { "${name}" }`)
  }

  /** Lets `from` open SSH connections to `to`; without it no one reaches a lab. */
  async openSshWay(from: LegName, to: MachineName): Promise<void> {
    await this.nft(`add element inet bed ssh_ways { "${from}" . "${to}" }`)
  }

  /** Takes the way back; connections that are open stay open. */
  async closeSshWay(from: LegName, to: MachineName): Promise<void> {
    await this.nft(`delete element inet bed ssh_ways { "${from}" . "${to}" }`)
  }

  /** Lets UDP pass both ways between these two; without it none passes but to the cloud. */
  async openUdpWay(one: LegName, other: LegName): Promise<void> {
    await this.nft(`add element inet bed udp_ways { "${one}" . "${other}", "${other}" . "${one}" }`)
  }

  /** Silently drops all UDP from and to `name`, that of flows under way included, until restoreUdp(). */
  async cutUdp(name: LegName): Promise<void> {
    await this.nft(`add element inet bed udp_cut { "${name}" }`)
  }

  async restoreUdp(name: LegName): Promise<void> {
    await this.nft(`delete element inet bed udp_cut { "${name}" }`)
  }

  /** How many bytes of UDP have passed on the ways that a test has opened. */
  async udpBytes(): Promise<number> {
    const told = await this.inRouter('nft', ['list', 'counter', 'inet', 'bed', 'udp_passed'])
    return Number(/bytes (\d+)/.exec(told)?.[1])
  }

  /** Runs nftables commands in the router. */
  async nft(commands: string): Promise<void> {
    await this.inRouter('nft', ['-f', '-'], commands)
  }

  async inRouter(program: string, args: readonly string[], input = ''): Promise<string> {
    return await runCommand('ip', ['netns', 'exec', this.namespace('router'), program, ...args], { input })
  }

  async #raiseRouterEnd(name: LegName): Promise<void> {
    const router = this.namespace('router')
    await ip('-n', router, 'address', 'add', `${this.routerAddress(name)}/24`, 'dev', name)
    await ip('-n', router, 'link', 'set', name, 'up')
  }
}

/**
 * Who may open a connection to whom: anyone to the cloud, on the ports of the security group; the laptop to the jump
 * host; else only the ways for SSH and for UDP that a test opens. Refused packets vanish, as they do on the real way.
 * Labs share the router's address when they go out, so the cloud cannot tell or reach them.
 */
const routerRules = `
table inet bed {
  set security_group { type inet_service; flags interval; }
  set cut { type ifname; }
  set udp_cut { type ifname; }
  set udp_ways { type ifname . ifname; }
  counter udp_passed { }
  set ssh_ways { type ifname . ifname; elements = { "laptop" . "jump" } }
  chain forward {
    type filter hook forward priority filter; policy drop;
    iifname @cut drop
    oifname @cut drop
    meta l4proto udp iifname @udp_cut drop
    meta l4proto udp oifname @udp_cut drop
    meta l4proto udp iifname . oifname @udp_ways counter name udp_passed accept
    ct state established,related accept
    oifname "cloud" meta l4proto { tcp, udp } th dport @security_group accept
    oifname "cloud" icmp type echo-request accept
    iifname . oifname @ssh_ways tcp dport 22 accept
  }
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "cloud" tcp dport 80 accept
    icmp type echo-request accept
  }
  chain translate {
    type nat hook postrouting priority srcnat;
    iifname "lab*" oifname "cloud" masquerade
  }
}
`

async function ip(...args: string[]): Promise<void> {
  await runCommand('ip', args)
}
