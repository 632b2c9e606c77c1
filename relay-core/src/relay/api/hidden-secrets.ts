import { RelayError } from '../../api/errors.ts'
import { clientLimits } from '../../api/limits.ts'
import { clientSettings, hiddenSecret, tunnelSettings } from '../../api/tunnel-settings.ts'
import type { Client } from '../../api/client-models.ts'
import type { RelayTunnel } from '../../api/relay-tunnel-models.ts'
import type { TunnelSettings } from '../../api/tunnel-settings.ts'

/** What a peer of the API may see: everything, or what a session of the web console sees. */
export type Secrets = 'shown' | 'hidden'

export function hideOfClient(client: Client): Client {
  // What a later version has stored may be a secret, whatever it is called: what this one does not know is left out.
  const settings = clientSettings.safeParse(client.settings).data ?? {}
  const limits = clientLimits.safeParse(client.limits).data ?? {}
  return { ...client, settings, limits, vkey: hiddenSecret }
}

export function hideOfTunnel(tunnel: RelayTunnel): RelayTunnel {
  const settings = tunnelSettings.safeParse(tunnel.settings).data ?? {}
  const { password, users, host } = settings
  return {
    ...tunnel,
    settings: {
      ...settings,
      ...(password !== undefined && { password: hiddenSecret }),
      ...(users && { users: users.map(({ name }) => ({ name, password: hiddenSecret })) }),
      // A header may hold credentials for the target.
      ...(host?.setHeaders && {
        host: { ...host, setHeaders: mapValues(host.setHeaders, () => hiddenSecret) },
      }),
    },
  }
}

/**
 * Settings sent back by a peer that has seen them with their secrets hidden: what is still hidden stays unchanged.
 * @throws RelayError `invalid-input` where nothing was hidden
 */
export function restoreHidden(
  settings: TunnelSettings | undefined,
  before: TunnelSettings = {},
): TunnelSettings | undefined {
  if (!settings) return undefined
  const { password, users, host } = settings
  return {
    ...settings,
    ...(password === hiddenSecret && { password: known(before.password, 'password') }),
    ...(users && {
      users: users.map((user) =>
        user.password === hiddenSecret ? { ...user, password: passwordOf(user.name, before) } : user,
      ),
    }),
    ...(host?.setHeaders && {
      host: {
        ...host,
        setHeaders: mapValues(host.setHeaders, (value, name) =>
          value === hiddenSecret ? known(before.host?.setHeaders?.[name], name) : value,
        ),
      },
    }),
  }
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (value: string, name: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]))
}

function passwordOf(name: string, { users = [] }: TunnelSettings): string {
  // A user who is renamed in place keeps the password, if it is the only user.
  const [only, ...others] = users
  const found = users.find((user) => user.name === name) ?? (others.length === 0 ? only : undefined)
  return known(found?.password, name)
}

function known(secret: string | undefined, what: string): string {
  if (secret !== undefined) return secret
  throw new RelayError('invalid-input', `There is no secret of ${what} that could stay. Type one.`, { what })
}
