/** A host without a port means that port on the agent's own machine; throws a `RangeError` on a port out of range. */
export function parseLinkHost(host: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(host) ?? /^()()(\d{1,5})$/.exec(host)
  const port = Number(match?.[3])
  if (!match || port < 1 || port > 65_535) throw new RangeError(`not a host and port: ${host}`)
  return { host: match[1] || match[2] || '127.0.0.1', port }
}
