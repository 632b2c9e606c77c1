import { shellWord as quote } from '@nps-desktop/relay-core/api'
import type { RemoteShell } from '../../ssh/shell/remote-shell.ts'
import type { Reach } from './remote-machine.ts'

const answers: readonly Reach[] = ['open', 'refused', 'unknown-host', 'no-tool']

/** Tries from a machine with sh. */
export async function reachFrom(
  shell: RemoteShell,
  { host, port, withinSeconds }: { host: string; port: number; withinSeconds: number },
  { signal }: { signal: AbortSignal },
): Promise<Reach> {
  const { stdout } = await shell.run(tryScript(host, port, withinSeconds), {
    timeoutMs: (withinSeconds + 10) * 1000,
    signal,
  })
  return answers.find((answer) => answer === stdout.trim()) ?? 'silent'
}

/**
 * With whatever is there: bash, python or nc can make a connection and say nothing. On macOS it is nc, which comes with
 * the system, while python3 may be a stand-in that asks to install one.
 */
function tryScript(host: string, port: number, withinSeconds: number): string {
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
