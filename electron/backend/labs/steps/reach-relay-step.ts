import { AppError } from '../../failures/app-error.ts'
import { shellWord as quote } from '@nps-desktop/relay-core/api'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { bridgeAddress } from '../../relays/bridge-address.ts'
import { type LabContext, labOf, relayOf } from './lab-context.ts'

/** Deadline of the try on the lab box itself. */
const withinSeconds = 8

/**
 * With whatever is there: bash, python or nc can make a connection and say nothing. On macOS it is nc, which comes with
 * the system, while python3 may be a stand-in that asks to install one. Prints `open`, `refused`, `silent`,
 * `unknown-host`, or `no-tool`.
 */
function tryScript(host: string, port: number): string {
  const h = quote(host)
  return `
if [ "$(uname -s)" = Darwin ]; then
  out=$(nc -v -z -G ${withinSeconds} ${h} ${port} </dev/null 2>&1); code=$?
elif command -v timeout >/dev/null && command -v bash >/dev/null; then
  out=$(timeout ${withinSeconds} bash -c 'exec 3<>"/dev/tcp/$0/$1"' ${h} ${port} 2>&1); code=$?
elif command -v python3 >/dev/null; then
  out=$(python3 -c 'import socket,sys; socket.create_connection((sys.argv[1],int(sys.argv[2])),${withinSeconds})' ${h} ${port} 2>&1); code=$?
elif command -v nc >/dev/null; then
  out=$(nc -w ${withinSeconds} ${h} ${port} </dev/null 2>&1); code=$?
else echo no-tool; exit 0; fi
case "$code:$out" in
  0:*) echo open;;
  *refused*) echo refused;;
  *"not known"*|*"name resolution"*|*"esolve"*) echo unknown-host;;
  *) echo silent;;
esac`
}

/** The lab box reaches the bridge, and so does this computer: before anything is installed there. */
export const reachRelayStep: StepDefinition<LabContext> = {
  id: 'reach-relay',
  async run(context, { signal, fact }) {
    const relay = relayOf(context)
    const { host, bridgePort } = relay
    const shell = await context.workplace.shell(signal)
    const started = performance.now()
    const { stdout } = await shell.run(tryScript(host, bridgePort), {
      timeoutMs: (withinSeconds + 10) * 1000,
      signal,
    })
    const answer = stdout.trim()
    if (answer !== 'open' && answer !== 'no-tool') {
      const { name } = labOf(context)
      throw new AppError(
        'relay-unreachable',
        `${name} does not reach ${bridgeAddress(relay)}: ${sentences[answer] ?? sentences['silent']}`,
        { host, port: bridgePort, lab: name },
        { fixes: [{ action: 'retry' }] },
      )
    }
    const ms = Math.round(performance.now() - started)
    await context.relays.prove(labOf(context).serverId, { signal })
    // npc itself will tell after the installation.
    if (answer === 'no-tool') return 'skipped'
    fact('relay-reached', { host, port: bridgePort, ms })
    return 'done'
  },
}

const sentences: Record<string, string> = {
  refused: 'the connection is refused. Is nps running there?',
  silent: `no answer within ${withinSeconds} s. A firewall of the lab's network, or the server's security group, drops it.`,
  'unknown-host': 'the lab box does not know this name. Use the address of the server.',
}
