import { execFileSync } from 'node:child_process'
import { userInfo } from 'node:os'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
}

/** Where relay and visitors run, where agent and services run, and the link between the two. */
export interface Place {
  /** The relay's address, as the agent dials it. */
  readonly relayHost: string
  /** The services' address, as a direct connection dials it. */
  readonly targetHost: string
  readonly server: (command: Command) => Command
  readonly lab: (command: Command) => Command
  /** Nothing passes any more, and nobody is told. */
  cutLink?(): void
  healLink?(): void
  close(): void
}

/** Everything on 127.0.0.1: no link at all, so that programs alone are measured. */
export const loopback: Place = {
  relayHost: '127.0.0.1',
  targetHost: '127.0.0.1',
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
  const within =
    (netns: string) =>
    ({ program, args }: Command): Command => ({
      program: 'ip',
      args: ['netns', 'exec', netns, program, ...args],
    })
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
    server: within(server.netns),
    lab: within(lab.netns),
    cutLink: () => neighbour('replace', 'PEER', 'lladdr', '02:00:00:00:00:01', 'nud', 'permanent'),
    healLink: () => neighbour('del', 'PEER'),
    close,
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function tryIp(...args: string[]): void {
  try {
    ip(...args)
  } catch {
    // It was not made yet.
  }
}

function inNamespace(netns: string, ...command: string[]): void {
  ip('netns', 'exec', netns, ...command)
}
