import { AppError } from '../failures/app-error.ts'
import { RemoteCommandFailed, type RemoteShell } from '../ssh/shell/remote-shell.ts'
import { changesFor, type PortOpening } from './firewall-change.ts'
import { readHostFirewall } from './host-firewall.ts'

/**
 * Adds the accept rules that are missing, nothing else: no rule is removed, replaced, moved or reloaded, so the running
 * ssh session keeps its own. Answers the commands, and a record of each rule that was not there before.
 * Rejects with `firewall-change-refused`, and with `firewall-rule-kept` once everything else is added.
 */
export async function openHostFirewall(
  shell: RemoteShell,
  opening: PortOpening,
  { onAdded, signal }: { onAdded: (record: string) => void; signal: AbortSignal },
): Promise<string> {
  const { host } = shell.session.address
  const changes = changesFor(await readHostFirewall(shell, { signal }), opening)
  const [kept] = changes.flatMap(({ kept: rule, ...change }) => (rule ? [{ ...change, rule }] : []))
  for (const { script, record, tool, command } of changes.filter(({ kept: rule }) => !rule)) {
    try {
      if (/^added$/m.test(await shell.output(script, { signal }))) onAdded(record)
    } catch (error) {
      if (!(error instanceof RemoteCommandFailed)) throw error
      throw new AppError(
        'firewall-change-refused',
        `${tool} on ${host} did not take the rule: ${error.message}`,
        { host, tool, command, reason: error.message },
        { cause: error, fixes: [{ action: 'copy', text: command }, { action: 'retry' }] },
      )
    }
  }
  if (kept) {
    const { tool, command, rule } = kept
    throw new AppError(
      'firewall-rule-kept',
      `${tool} on ${host} has the rule "${rule}" for these ports. It was left as it is; if it may go: ${command}`,
      { host, tool, command, rule },
      { fixes: [{ action: 'copy', text: command }, { action: 'retry' }] },
    )
  }
  return changes.map(({ command }) => command).join(' && ')
}
