import type { StepDefinition } from '../../provisioning/jobs/step-definition.ts'
import { settingsToChange, writeRelaySettings } from './relay-settings.ts'
import { need } from '../../provisioning/install/upload-steps.ts'
import type { ServerContext } from './server-context.ts'

/** nps.conf: ports, and a console password that nobody guesses. What a person wrote there stays. */
export const configStep: StepDefinition<ServerContext> = {
  id: 'config',
  async run({ workplace, found, wanted }, { signal, fact }) {
    const { bridgePort, range } = wanted
    const consolePort = found.consolePort ?? null
    const { path, changed } = await writeRelaySettings(
      await workplace.owner(signal),
      need(found.installed, 'the installation').folder,
      (text, file) => settingsToChange(text, file, { bridgePort, range, consolePort }),
      { signal },
    )
    found.restartNeeded = (found.restartNeeded ?? false) || changed
    fact(changed ? 'config-written' : 'config-kept', { path })
    return 'done'
  },
}
