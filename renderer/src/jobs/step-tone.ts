import type { Step } from '@nps-desktop/electron/contract'
import type { Tone } from '../ui/StatusMark.vue'

const tones: Record<Step['state'], Tone> = {
  waiting: 'off',
  running: 'try',
  done: 'ready',
  failed: 'fail',
  skipped: 'off',
}

/** The mark of a step: a ring, never green, for what was not done. */
export function stepTone(state: Step['state']): Tone {
  return tones[state]
}
