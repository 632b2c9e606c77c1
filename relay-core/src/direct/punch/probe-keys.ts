/** What one end of a direct link proves its probes by, and what it knows the other's by: 32 bytes each. */
export interface ProbeKeys {
  readonly own: Uint8Array
  readonly peer: Uint8Array
}

/** From 64 bytes that the two ends know, and nobody else. The first half is the visitor's. */
export function probeKeys(secret: Uint8Array, role: 'visitor' | 'agent'): ProbeKeys {
  const [visitor, agent] = [secret.subarray(0, 32), secret.subarray(32, 64)]
  return role === 'visitor' ? { own: visitor, peer: agent } : { own: agent, peer: visitor }
}
