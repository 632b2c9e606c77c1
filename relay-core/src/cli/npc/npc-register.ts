import { maxRegisteredHours, registerAddress } from '../../stock/register-address.ts'
import { exitCode } from '../shared/exit.ts'
import { optionalNumber, usageError } from '../shared/flags.ts'
import { readNpcConf, type AgentFlags } from './npc-config.ts'
import { stockRelay } from './npc-options.ts'
import { print } from '../shared/output.ts'

/** As in stock NPS. */
const defaultHours = '2'
const registerTimeoutMs = 20_000

/** `npc register`: the relay lets this machine's address in for some hours. */
export async function register(flags: AgentFlags & { time?: string }): Promise<number> {
  const conf = await readNpcConf(flags)
  if (!conf) throw usageError('Say where: npc register -server=host:port -vkey=... [-time=2]')
  const hours = optionalNumber(flags.time ?? defaultHours, 'time') ?? 0
  if (hours > maxRegisteredHours) throw usageError(`-time is at most ${maxRegisteredHours} hours.`)
  await registerAddress(stockRelay(conf.config), hours, { signal: AbortSignal.timeout(registerTimeoutMs) })
  // The protocol has no answer to it.
  print(
    `${conf.config.server} has been asked to let this machine's address in for ${hours} h. It matters where the relay asks for registration (ip_limit).`,
  )
  return exitCode.ok
}
