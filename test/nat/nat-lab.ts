import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/**
 * How a home's router treats UDP. `open`: no router in between. `full`: lets everybody in at the host's ports. `cone`: one port for all
 * destinations, and lets in whoever was sent to. `sym`: another random port for each destination. `udpblock`: no UDP at all. `same`: the second host is in
 * the first one's home.
 */
export type Router = 'open' | 'full' | 'cone' | 'sym' | 'udpblock' | 'same'

export type NatPlace = 'relay' | 'h1' | 'h2' | 'site'

export interface NatLabOptions {
  readonly first: Router
  readonly second: Router
  /** Both homes have IPv6 too, each behind a firewall that lets in answers only. */
  readonly ipv6?: boolean
  /** The second home has another machine beside its host: `site`, at `siteAddress`. */
  readonly site?: boolean
}

export const relayAddress = { 4: '192.0.2.10', 6: '2001:db8:9::10' } as const

const [sameHost, siteHost] = [12, 20]
export const siteAddress = `192.168.2.${siteHost}`

/**
 * A relay and two homes with a router each, in network namespaces of their own around a core that stands for the internet. All of it is
 * gone once its shell is.
 */
export class NatLab implements AsyncDisposable {
  readonly #shell: ChildProcess

  private constructor(shell: ChildProcess) {
    this.#shell = shell
  }

  static async open(options: NatLabOptions): Promise<NatLab> {
    const shell = spawn('unshare', ['--net', '--mount', 'sh', '-eu'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const ended = once(shell, 'exit')
    const lines = createInterface({ input: shell.stdout })
    const ready = once(lines, 'line')
    shell.stdin.write(`${script(options)}\necho ready\n`)
    const [line] = (await Promise.race([ready, ended])) as unknown[]
    if (line !== 'ready') throw new Error(`the NAT lab ended with ${String(line)}`)
    return new NatLab(shell)
  }

  /** A command of nft in a router. */
  rule(router: 'r1' | 'r2', command: string): void {
    const { file, args } = this.at(router, ['nft', ...command.split(' ')])
    execFileSync(file, args)
  }

  /** The command that runs another one at a place of the lab. */
  at(place: NatPlace | 'r1' | 'r2', command: readonly string[]): { file: string; args: string[] } {
    const enter = ['--target', String(this.#shell.pid), '--mount', '--net']
    return { file: 'nsenter', args: [...enter, 'ip', 'netns', 'exec', place, ...command] }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#shell.exitCode !== null) return
    const ended = once(this.#shell, 'exit')
    this.#shell.stdin?.end()
    await ended
  }
}

function script({ first, second, ipv6 = false, site = false }: NatLabOptions): string {
  return [
    'mount -t tmpfs tmpfs /run/netns 2>/dev/null || { mkdir -p /run/netns; mount -t tmpfs tmpfs /run/netns; }',
    ...['core', 'relay', 'r1', 'h1', 'r2', 'h2', 'site'].map((name) => namespace(name, ipv6)),
    link('core', 'c0', 'relay', 'eth0'),
    address('core', 'c0', '192.0.2.1/24', ipv6 && '2001:db8:9::1/64'),
    address('relay', 'eth0', `${relayAddress[4]}/24`, ipv6 && `${relayAddress[6]}/64`),
    route('relay', '192.0.2.1', ipv6 && '2001:db8:9::1'),
    home(1, first, ipv6),
    second === 'same' ? neighbour('h2', { at: 1, host: sameHost, ipv6 }) : home(2, second, ipv6),
    site ? neighbour('site', { at: 2, host: siteHost, ipv6 }) : '',
  ].join('\n')
}

function namespace(name: string, ipv6: boolean): string {
  const settings = [
    'net.ipv4.ip_forward=1',
    `net.ipv6.conf.all.disable_ipv6=${ipv6 ? 0 : 1}`,
    `net.ipv6.conf.default.disable_ipv6=${ipv6 ? 0 : 1}`,
    ...(ipv6 ? ['net.ipv6.conf.all.forwarding=1', 'net.ipv6.conf.default.accept_dad=0'] : []),
  ]
  return [
    `ip netns add ${name}`,
    `ip netns exec ${name} sysctl -qw ${settings.join(' ')}`,
    `ip -n ${name} link set lo up`,
  ].join('\n')
}

function link(one: string, oneEnd: string, other: string, otherEnd: string): string {
  return [
    `ip link add ${oneEnd} netns ${one} type veth peer name ${otherEnd} netns ${other}`,
    `ip -n ${one} link set ${oneEnd} up`,
    `ip -n ${other} link set ${otherEnd} up`,
  ].join('\n')
}

function address(place: string, end: string, ipv4: string, ipv6: string | false): string {
  const lines = [`ip -n ${place} addr add ${ipv4} dev ${end}`]
  if (ipv6) lines.push(`ip -n ${place} -6 addr add ${ipv6} dev ${end} nodad`)
  return lines.join('\n')
}

function route(place: string, ipv4: string, ipv6: string | false): string {
  const lines = [`ip -n ${place} route add default via ${ipv4}`]
  if (ipv6) lines.push(`ip -n ${place} -6 route add default via ${ipv6}`)
  return lines.join('\n')
}

/** A router at the core, a network behind it, and a host there. */
function home(at: 1 | 2, router: Router, ipv6: boolean): string {
  const [net, r, h] = [at === 1 ? '203.0.113' : '198.51.100', `r${at}`, `h${at}`]
  const inside = router === 'open' ? `${net}.65/26` : `192.168.${at}.1/24`
  const host = router === 'open' ? `${net}.66` : `192.168.${at}.11`
  const wide6 = `2001:db8:${at}`
  return [
    link('core', `c${at}`, r, 'wan'),
    address('core', `c${at}`, `${net}.1/30`, ipv6 && `${wide6}::1/64`),
    address(r, 'wan', `${net}.2/30`, ipv6 && `${wide6}::2/64`),
    route(r, `${net}.1`, ipv6 && `${wide6}::1`),
    `ip -n core route add ${net}.64/26 via ${net}.2`,
    ipv6 ? `ip -n core -6 route add ${wide6}:1::/64 via ${wide6}::2` : '',
    link(r, 'lan', h, 'eth0'),
    address(r, 'lan', inside, ipv6 && `${wide6}:1::1/64`),
    address(h, 'eth0', `${host}/${inside.split('/')[1]}`, ipv6 && `${wide6}:1::1${at}/64`),
    route(h, inside.split('/')[0] ?? '', ipv6 && `${wide6}:1::1`),
    rules(r, router, host),
  ].join('\n')
}

/** Another host in the network of a home, behind its router. */
function neighbour(name: NatPlace, { at, host, ipv6 }: { at: 1 | 2; host: number; ipv6: boolean }): string {
  const [r, wide6] = [`r${at}`, `2001:db8:${at}:1`]
  return [
    link(r, 'lan2', name, 'eth0'),
    `ip -n ${r} link add lanbr type bridge`,
    `ip -n ${r} addr flush dev lan`,
    ...['lan', 'lan2'].map((end) => `ip -n ${r} link set ${end} master lanbr`),
    `ip -n ${r} link set lanbr up`,
    address(r, 'lanbr', `192.168.${at}.1/24`, ipv6 && `${wide6}::1/64`),
    address(name, 'eth0', `192.168.${at}.${host}/24`, ipv6 && `${wide6}::${host}/64`),
    route(name, `192.168.${at}.1`, ipv6 && `${wide6}::1`),
  ].join('\n')
}

function rules(router: string, kind: Router, host: string): string {
  // Neighbours are found by ICMPv6.
  const answersOnly = 'ct state established,related accept; meta l4proto icmpv6 accept; iifname wan drop;'
  const [pre, post, forward, input] = {
    open: ['', '', '', ''],
    full: [`iifname wan meta l4proto udp dnat to ${host};`, 'oifname wan masquerade;', '', answersOnly],
    cone: ['', 'oifname wan masquerade;', answersOnly, answersOnly],
    sym: ['', 'oifname wan masquerade fully-random;', answersOnly, answersOnly],
    udpblock: ['', 'oifname wan masquerade;', `meta l4proto udp drop; ${answersOnly}`, answersOnly],
    same: ['', '', '', ''],
  }[kind]
  return `ip netns exec ${router} nft -f - <<'END'
table ip nat {
  chain pre { type nat hook prerouting priority dstnat; ${pre} }
  chain post { type nat hook postrouting priority srcnat; ${post} }
}
table inet f {
  chain inp { type filter hook input priority filter; ${input} }
  chain forw { type filter hook forward priority filter; ${forward} }
}
END`
}
