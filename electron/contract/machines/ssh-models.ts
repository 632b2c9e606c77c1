import { z } from 'zod'
import { host, id, port } from '../values.ts'

export const sshAddress = z.object({ host, port: port.default(22), user: z.string().trim().min(1).max(64) })
export type SshAddress = z.infer<typeof sshAddress>

/** A machine that the app remembers. */
export const machineRef = z.object({ kind: z.enum(['server', 'lab']), id })
export type MachineRef = z.infer<typeof machineRef>

/** How to prove who one is; `stored` uses what was saved before. */
export const sshSecret = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('password'), password: z.string().min(1).max(1024) }),
  z.object({
    kind: z.literal('key'),
    /** The key's text, or the path of its file on this computer. */
    key: z
      .string()
      .min(1)
      .max(64 * 1024),
    passphrase: z.string().max(1024).optional(),
  }),
  /** ssh-agent, found by SSH_AUTH_SOCK. */
  z.object({ kind: z.literal('agent') }),
  z.object({ kind: z.literal('stored') }),
])
export type SshSecret = z.infer<typeof sshSecret>

/** A host key as it was shown; `pinned` is what an earlier visit confirmed. */
export const hostKey = z.object({
  host,
  port,
  /** `host:port` of the machine that the way leads through; empty when it is reached directly. */
  way: z.string(),
  algorithm: z.string(),
  /** `SHA256:…`, as OpenSSH prints it. */
  fingerprint: z.string(),
  state: z.enum(['new', 'known', 'changed']),
  pinned: z.string().nullable(),
  /** The ssh of this account knows the machine by this very key (known_hosts). */
  sshKnows: z.boolean(),
})
export type HostKey = z.infer<typeof hostKey>

export const jumpHost = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  /** A server or lab box that the app already has the secret of. */
  z.object({ kind: z.literal('server'), serverId: id }),
  z.object({ kind: z.literal('other'), address: sshAddress, secret: sshSecret }),
  /** As the app reaches this lab box already, with the sign-in that it keeps. */
  z.object({ kind: z.literal('kept'), labId: id }),
])
export type JumpHost = z.infer<typeof jumpHost>

const jump = jumpHost.default({ kind: 'none' })

/**
 * Where an ssh server is. The way belongs to it: an address of a private network is another machine's behind another
 * jump host, with another host key.
 */
export const sshEndpoint = z.object({ host, port, jump })

/** Where a lab box is, and as whom. */
export const machineAddress = sshAddress.extend({ jump })
export type MachineAddress = z.infer<typeof machineAddress>
