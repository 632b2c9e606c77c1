/** Neighbouring ports as one: `8024–8025`. */
export function portSpan(ports: readonly number[]): string {
  const [first, last] = [ports.at(0), ports.at(-1)]
  return first === last ? String(first) : `${first}–${last}`
}
