/**
 * Up to 0.26.8 an agent never closes a compressed stream whose target has closed, so the relay sends those agents
 * plain payload whatever the client asks for. An unknown version counts as a newer one.
 */
export function leaksCompressedStreams(version: string): boolean {
  const patch = /^0\.26\.(\d+)$/.exec(version)?.[1]
  return patch !== undefined && Number(patch) <= 8
}
