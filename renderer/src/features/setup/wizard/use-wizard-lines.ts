import { useI18n } from 'vue-i18n'
import { failedStep, groupsOf, type JobGroupId } from '../../../jobs/job-groups.ts'
import { wizardSteps, type SetupFacts, type WizardStep, type WizardStepState } from './wizard-place.ts'
import type { WizardLine } from './wizard.ts'

type States = Record<WizardStep, WizardStepState>

/** The lines of the wizard's side: each step's name, and what became of it in a few words. */
export function useWizardLines(): (
  states: States,
  facts: SetupFacts,
  steps?: readonly WizardStep[],
) => WizardLine[] {
  const { t } = useI18n({ useScope: 'global' })

  function note(step: WizardStep, state: WizardStepState, facts: SetupFacts): string {
    if (state === 'failed') return failedNote(step, facts)
    if (state === 'done') return doneNote(step, facts)
    return t(`setup.steps.${step}.${state === 'running' ? 'running' : 'todo'}`)
  }

  function doneNote(step: WizardStep, { server, job, lab, tunnels }: SetupFacts): string {
    const group = job && groupsOf(job).find(({ id }) => id === (step satisfies string as JobGroupId))
    switch (step) {
      case 'sign-in':
        return t(server?.address ? 'setup.steps.sign-in.done' : 'setup.steps.sign-in.connected')
      case 'check':
        return group
          ? t('setup.steps.check.done', { passed: group.passed, total: group.steps.length })
          : t('setup.steps.check.past')
      case 'install':
        return t('setup.steps.install.done', { version: server?.relay?.version ?? '' })
      case 'ports':
        return t(job?.state === 'failed' ? 'setup.steps.ports.accepted' : 'setup.steps.ports.done')
      case 'lab':
        return t('setup.steps.lab.done', { name: lab?.name ?? '' })
      case 'tunnels':
        return t('setup.steps.tunnels.done', {
          ready: tunnels.filter((tunnel) => tunnel.status.state === 'ready').length,
        })
    }
  }

  function failedNote(step: WizardStep, { job, labJob }: SetupFacts): string {
    const failed = failedStep((step === 'lab' ? labJob : job) ?? { steps: [] })
    const provider = job?.ports?.provider?.id
    if (failed?.failure?.code === 'ports-blocked-by-security-group' && provider && provider !== 'unknown') {
      return t('setup.steps.ports.closedBy', { provider: t(`ports.providers.${provider}`).trim() })
    }
    if (failed?.failure?.code === 'ports-blocked-by-host-firewall') return t('setup.steps.ports.closedByHost')
    return t('setup.steps.failed')
  }

  return (states, facts, steps = wizardSteps) =>
    steps.map((id) => ({
      id,
      title: t(`setup.steps.${id}.title`),
      note: note(id, states[id], facts),
      state: states[id],
    }))
}
