import { inject, provide } from 'vue'
import type { ComputedRef, InjectionKey } from 'vue'
import type { WizardStep, WizardStepState } from './wizard-place.ts'

/** One line of the wizard's side. */
export interface WizardLine {
  readonly id: WizardStep
  readonly title: string
  /** What became of it, or what it will be. */
  readonly note: string
  readonly state: WizardStepState
}

/** What the frame around every step shows; each step brings its own content and footer. */
export interface Wizard {
  readonly title: string
  readonly subtitle: string
  readonly lines: readonly WizardLine[]
  readonly current: WizardStep
  /** The backend already knows of it, so the window may be closed without losing the place. */
  readonly kept: boolean
  /** Goes back to a step that is done or running; absent where there is no way back. */
  readonly select?: (step: WizardStep) => void
}

const wizardKey: InjectionKey<ComputedRef<Wizard>> = Symbol('wizard')

export function provideWizard(wizard: ComputedRef<Wizard>): void {
  provide(wizardKey, wizard)
}

export function useWizard(): ComputedRef<Wizard> {
  const wizard = inject(wizardKey)
  if (!wizard) throw new Error('a wizard step stands outside a wizard')
  return wizard
}
