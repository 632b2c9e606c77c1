import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2'
import type { Requests } from './ssh2-protocol.ts'

type Terminal = Required<Pick<PseudoTtyOptions, 'rows' | 'cols' | 'term'>>

/** By connection: the terminals that are asked for together with a command. */
const asked = new WeakMap<Requests, Map<string, Terminal>>()

/**
 * Runs a command, which is another one each time, on a terminal of its own. The terminal is asked for right before the command, without waiting
 * for an answer, as OpenSSH does it: ssh2's own way waits for it, one more round trip before a shell's first prompt. So a
 * machine that gives no terminal runs the command without one; the command has to look.
 */
export function execOnTerminal(
  client: Client,
  command: string,
  terminal: Terminal,
  done: (error: Error | undefined, channel: ClientChannel) => void,
): void {
  const requests = client._protocol
  // another ssh2 than the one that was read
  if (!requests || !isWhole(requests)) {
    client.exec(command, { pty: { ...terminal, width: 0, height: 0 } }, done)
    return
  }
  const terminals = terminalsOf(requests)
  terminals.set(command, terminal)
  try {
    client.exec(command, (error, channel) => {
      terminals.delete(command)
      done(error, channel)
    })
  } catch (error) {
    terminals.delete(command)
    throw error
  }
}

function isWhole(requests: Partial<Requests>): requests is Requests {
  return typeof requests.exec === 'function' && typeof requests.pty === 'function'
}

function terminalsOf(requests: Requests): Map<string, Terminal> {
  const known = asked.get(requests)
  if (known) return known
  const terminals = new Map<string, Terminal>()
  asked.set(requests, terminals)
  const exec = requests.exec.bind(requests)
  requests.exec = (channel, command, wantReply) => {
    const terminal = terminals.get(command)
    if (terminal) requests.pty(channel, terminal.rows, terminal.cols, 0, 0, terminal.term, null, false)
    exec(channel, command, wantReply)
  }
  return terminals
}
