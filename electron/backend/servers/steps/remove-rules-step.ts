import { AppError } from '../../failures/app-error.ts'
import { undoScript } from '../../firewall/firewall-change.ts'
import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { RemoteCommandFailed } from '../../ssh/shell/remote-shell.ts'
import { type ServerContext, serverOf } from './server-context.ts'

/** Takes back the firewall rules that this app added, one by one; those of others stay as they are. */
export const removeRulesStep: StepDefinition<ServerContext> = {
  id: 'remove-firewall-rules',
  async run(context, { signal, fact }) {
    const { workplace, storage } = context
    const rules = serverOf(context).installed?.firewallRules ?? []
    if (rules.length === 0) return 'skipped'
    const { shell } = await workplace.owner(signal)
    const { host } = shell.session.address
    for (const rule of rules) {
      try {
        await shell.output(undoScript(rule), { signal })
      } catch (error) {
        if (!(error instanceof RemoteCommandFailed)) throw error
        fact('left-behind', { what: rule, reason: error.message })
        throw new AppError(
          'firewall-change-refused',
          `The firewall rule "${rule}" stays on ${host}: ${error.message}`,
          { host, tool: rule.split(' ')[0] ?? '', command: rule, reason: error.message },
          { cause: error, fixes: [{ action: 'retry' }] },
        )
      }
      fact('removed', { what: rule })
      const { installed } = serverOf(context)
      if (!installed) continue
      const left = installed.firewallRules.filter((one) => one !== rule)
      storage.servers.put({ ...serverOf(context), installed: { ...installed, firewallRules: left } })
    }
    return 'done'
  },
}
