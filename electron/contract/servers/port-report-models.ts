import { z } from 'zod'
import { instantMs, port, portRange } from '../values.ts'

export const portState = z.enum(['untried', 'open', 'refused-open', 'no-answer', 'closed-on-server', 'used'])
export type PortState = z.infer<typeof portState>

/** A rule to add in a provider's console, in its own words. */
const providerRule = z.object({ protocol: z.string(), ports: z.string(), source: z.string() })

const shutBy = z.enum(['none', 'host-firewall', 'security-group', 'unknown'])

/** What is known of the ports of one server. A cell is up to 50 neighbouring ports. */
export const portReport = z.object({
  range: portRange,
  bridge: z.object({ port, state: portState, ms: z.number().nullable() }),
  cells: z.array(
    z.object({ from: port, to: port, tried: z.number().int(), open: z.number().int(), state: portState }),
  ),
  tried: z.number().int(),
  open: z.number().int(),
  noAnswer: z.number().int(),
  closedOnServer: z.number().int(),
  /** Inside the range, of programs other than nps. */
  used: z.array(z.object({ port, program: z.string() })),
  /** What else listens there for others, outside the range and but for the bridge; left out by earlier versions. */
  others: z
    .array(z.object({ port, program: z.string(), state: portState, ms: z.number().nullable() }))
    .optional(),
  cause: shutBy,
  /**
   * The UDP ports by which private tunnels find a way past the server, which do without: not part of `cause`. Null: nps
   * answers at none, or nothing is known of them; left out by earlier versions.
   */
  rendezvous: z
    .object({
      ports: z.array(port).min(1).max(2),
      state: portState,
      ms: z.number().nullable(),
      cause: shutBy,
    })
    .nullish(),
  /** What opens all that the server itself keeps shut, the UDP ports too. */
  hostFirewall: z
    .object({
      tool: z.enum(['ufw', 'firewalld', 'nftables', 'iptables']),
      /** The command that would add the rule; nothing else is changed. */
      command: z.string(),
      /** Something of it can be added without touching a rule of somebody else's. */
      canApply: z.boolean(),
      /** A rule of somebody else's that keeps ports shut; the app leaves it as it is. */
      kept: z.string().optional(),
    })
    .nullable(),
  provider: z
    .object({
      id: z.enum(['aliyun', 'tencent', 'huawei', 'aws', 'google', 'azure', 'unknown']),
      instance: z.string().nullable(),
      region: z.string().nullable(),
      consoleUrl: z.string().nullable(),
      /** For the tunnels and the bridge; null where only `udpRule` is missing. */
      rule: providerRule.nullable(),
      /** For `rendezvous`; left out by earlier versions. */
      udpRule: providerRule.nullish(),
    })
    .nullable(),
  checkedAtMs: instantMs,
})
export type PortReport = z.infer<typeof portReport>
