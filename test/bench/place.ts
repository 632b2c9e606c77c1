import { execFileSync } from 'node:child_process'
import { userInfo } from 'node:os'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
}

/** How a line of a wide area network is to be, both ways. */
export interface Line {
  /** From the host to the middle of the network. */
  readonly delayMs: number
  /** 0: as fast as the machine. */
  readonly megabits: number
  /** Of each packet that the host sends, the probability that it is lost. */
  readonly loss: number
}

/** Where visitors, relay, agent and services run, and the links between them. */
export interface Place {
  /** The relay's address, as the agent dials it. */
  readonly relayHost: string
  /** The services' address, as a direct connection dials it. */
  readonly targetHost: string
  /** Where visitors find the tunnels: the relay is to listen there. */
  readonly visitHost: string
  readonly visitor: (command: Command) => Command
  readonly server: (command: Command) => Command
  readonly lab: (command: Command) => Command
  /** Nothing passes any more, and nobody is told. */
  cutLink?(): void | Promise<void>
  healLink?(): void | Promise<void>
  /** Of a wide area network: what its lines are from now on. */
  shape?(lines: { laptop: Line; server: Line; lab: Line }): Promise<void>
  close(): void
}

/** Everything on 127.0.0.1: no link at all, so that programs alone are measured. */
export const loopback: Place = {
  relayHost: '127.0.0.1',
  targetHost: '127.0.0.1',
  visitHost: '127.0.0.1',
  visitor: (command) => command,
  server: (command) => command,
  lab: (command) => command,
  close: () => undefined,
}

/** How the shaped link is made; named in the report. */
export const shape = 'tbf rate 100mbit burst 64kb latency 20ms'

/** Why there can be no shaped link here, or undefined. */
export function shapedMissing(): string | undefined {
  if (userInfo().uid !== 0) return 'not root'
  try {
    ip('netns', 'list')
    execFileSync('tc', ['-Version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'no ip or tc'
  }
}

/** Two network namespaces with a veth pair between them, slowed down both ways. */
export function shapedPlace(): Place {
  const name = `npsb${process.pid}`
  const sides = [
    { netns: `${name}s`, link: `${name}s`, address: '10.231.77.1' },
    { netns: `${name}l`, link: `${name}l`, address: '10.231.77.2' },
  ] as const
  const close = () => {
    for (const { netns } of sides) tryIp('netns', 'del', netns)
  }
  try {
    for (const { netns } of sides) ip('netns', 'add', netns)
    const [server, lab] = sides
    ip(
      'link',
      'add',
      server.link,
      'netns',
      server.netns,
      'type',
      'veth',
      'peer',
      'name',
      lab.link,
      'netns',
      lab.netns,
    )
    for (const { netns, link, address } of sides) {
      ip('-n', netns, 'addr', 'add', `${address}/30`, 'dev', link)
      ip('-n', netns, 'link', 'set', 'lo', 'up')
      ip('-n', netns, 'link', 'set', link, 'up')
      inNamespace(netns, 'tc', 'qdisc', 'add', 'dev', link, 'root', ...shape.split(' '))
    }
  } catch (error) {
    close()
    throw error
  }
  const [server, lab] = sides
  // A wrong hardware address at both ends, and not `link down`: the programs must not see an interface go.
  const neighbour = (...change: string[]) => {
    ip(
      '-n',
      server.netns,
      'neigh',
      ...change.map((word) => (word === 'PEER' ? lab.address : word)),
      'dev',
      server.link,
    )
    ip(
      '-n',
      lab.netns,
      'neigh',
      ...change.map((word) => (word === 'PEER' ? server.address : word)),
      'dev',
      lab.link,
    )
  }
  return {
    relayHost: server.address,
    targetHost: lab.address,
    visitHost: '127.0.0.1',
    visitor: within(server.netns),
    server: within(server.netns),
    lab: within(lab.netns),
    cutLink: () => neighbour('replace', 'PEER', 'lladdr', '02:00:00:00:00:01', 'nud', 'permanent'),
    healLink: () => neighbour('del', 'PEER'),
    close,
  }
}

/** How a program is started in a network namespace. */
export function within(netns: string): (command: Command) => Command {
  return ({ program, args }) => ({ program: 'ip', args: ['netns', 'exec', netns, program, ...args] })
}

export function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** As `ip`, for what may not be there. */
export function tryIp(...args: string[]): void {
  try {
    ip(...args)
  } catch {
    // It was not made yet.
  }
}

function inNamespace(netns: string, ...command: string[]): void {
  ip('netns', 'exec', netns, ...command)
}
