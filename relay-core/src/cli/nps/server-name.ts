import { networkInterfaces } from 'node:os'

/**
 * How others most likely reach this server: at the address that the current SSH login came in on, else at the first
 * address that is not local to it. A guess, for lines that a person reads before use.
 */
export function guessServerName(): string {
  const [, , viaSsh] = (process.env['SSH_CONNECTION'] ?? '').split(' ')
  if (viaSsh) return viaSsh
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  const outside = addresses.filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address ?? '127.0.0.1'
}
