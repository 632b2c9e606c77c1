import type { Terminal } from '@nps-desktop/electron/contract'
import type { Tone } from '../ui/StatusMark.vue'

const tones: Record<Terminal['state']['state'], Tone> = {
  resting: 'try',
  opening: 'try',
  open: 'ready',
  lost: 'try',
  failed: 'fail',
  ended: 'off',
}

/** The mark of a terminal's state. */
export function terminalTone({ state }: Terminal): Tone {
  return tones[state.state]
}
