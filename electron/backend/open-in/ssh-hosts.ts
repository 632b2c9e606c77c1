import { leadsToOwnSshd, type Overview } from '@nps-desktop/electron/contract'

/** An ssh server as other programs reach it: the SSH tunnel of a lab box. */
export interface SshHost {
  readonly labId: string
  readonly labName: string
  readonly host: string
  readonly port: number
  /** Null: not known, so whatever ssh takes by itself. */
  readonly user: string | null
}

/** The lab boxes with an SSH tunnel of their own, each by its first one, ready or not, in the order of the tree. */
export function sshHosts({ servers, labs, tunnels }: Overview): SshHost[] {
  return labs.flatMap((lab) => {
    const tunnel = tunnels.find((one) => one.labId === lab.id && leadsToOwnSshd(one))
    const server = servers.find(({ id }) => id === lab.serverId)
    // the trial comes and goes on this computer
    if (!tunnel || !server?.relay || server.local) return []
    const host = tunnel.reach === 'laptop' ? '127.0.0.1' : server.relay.host
    if (!isPlainHost(host) || !isPlainId(lab.id)) return []
    const named = lab.address?.user ?? lab.account ?? ''
    const user = isPlainUser(named) ? named : null
    const { id: labId, name: labName } = lab
    return [{ labId, labName, host, port: tunnel.port, user }]
  })
}

/** As a command line takes it. */
export function destinationOf({ host, user }: Pick<SshHost, 'host' | 'user'>): string {
  return user === null ? host : `${user}@${host}`
}

/**
 * Nothing that ssh would read as an option, a token (`%h`), a pattern, or the end of a line. A name outside ASCII would have to
 * be written in Punycode, which is such a name again.
 */
function isPlainHost(host: string): boolean {
  return /^[A-Za-z0-9:][A-Za-z0-9._:-]*$/.test(host)
}

/** It stands in a comment of the entry, which the end of a line would end. */
function isPlainId(id: string): boolean {
  return /^[\w-]+$/.test(id)
}

/** The account is told by a lab box. `DOMAIN\name` and `name@realm` are names of Windows and of directories. */
function isPlainUser(user: string): boolean {
  return /^[\p{L}\p{N}_.][\p{L}\p{N}_.@\\-]*\$?$/u.test(user)
}
