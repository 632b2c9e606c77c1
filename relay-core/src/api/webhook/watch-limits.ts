/** Of one client; npc answers about no more at once. */
export const maxWatches = 32
/** One that has not come true by then is forgotten. */
export const watchKeptForMs = 30 * 86_400_000
/** A GPU below both values is at rest; after this long it is free. */
export const gpuRest = { usePercent: 5, usedBytes: 1e9, forMs: 5 * 60_000 } as const
