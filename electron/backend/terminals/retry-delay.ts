/** Seconds before each try after the connection broke off: soon at first, then at a pace that costs nobody anything. */
const delaysMs = [1_000, 2_000, 4_000, 8_000] as const
const laterMs = 15_000

/** The pause after `failed` tries in a row that came to nothing; 0 before the first. */
export function retryDelayMs(failed: number): number {
  return delaysMs[failed] ?? laterMs
}
