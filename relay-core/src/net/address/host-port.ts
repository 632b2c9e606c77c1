import { RelayError } from '../../api/errors.ts'

/** Where to connect to: a host name or address, without brackets, and a port. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/** Reads `host:port`, an IPv6 host in brackets; throws `invalid-input`, which calls the text `what`. */
export function parseHostPort(text: string, what: string): HostPort {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s\p{C}:/[\]]{1,253})):(\d{1,5})$/u.exec(text.trim())
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port < 1 || port > 65535) {
    throw new RelayError(
      'invalid-input',
      `"${text}" is not a ${what}: write host:port, as in 192.168.1.7:8888.`,
      {
        [what]: text,
      },
    )
  }
  return { host, port }
}

/** `host:port`, an IPv6 host in brackets. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
