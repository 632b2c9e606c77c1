/**
 * Whether visitors of private tunnels and agents reach each other past the relay where the networks allow it. `guess`: also where one side's router gives
 * each destination another port, which the other side then tries at random, with some thousand packets.
 */
export const directChoices = ['yes', 'guess', 'no'] as const
export type DirectChoice = (typeof directChoices)[number]

/** Null, or what is wrong with a choice. */
export function directProblem(choice: string): string | null {
  return directChoices.some((known) => known === choice) ? null : `needs ${directChoices.join(', ')}`
}
