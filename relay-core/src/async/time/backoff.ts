/** From and to, in milliseconds; the exact value is random, so that clients that lost the same peer do not return in lockstep. */
export type Pause = readonly [shortest: number, longest: number]

const soon: Pause = [200, 1_200]
/** About five minutes of refusals; a link that swallows everything takes longer to fail as often. */
const soonAttempts = 300
const later: Pause = [2_000, 4_000]

/** The pause before the next attempt to reach a peer that may be back at any moment, after `attempt` failed ones. */
export function soonThenLater(attempt: number): Pause {
  return attempt < soonAttempts ? soon : later
}

/** Whole milliseconds within the pause; `random` is from [0, 1). */
export function pauseMs([shortest, longest]: Pause, random: number): number {
  return Math.round(shortest + random * (longest - shortest))
}
