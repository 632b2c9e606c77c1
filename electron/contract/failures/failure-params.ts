import { z } from 'zod'

/** A name, an address, a path, or the words of a machine. */
const text = z.string()
const whole = z.number().int()
const bytes = z.number().nonnegative()

/**
 * A value that a relay may tell with its failure: an older one tells less, and a wrong one is left out rather than
 * shown. Texts that use it have a second form without it.
 */
const told = <Value>(value: z.ZodType<Value, Value>) => value.optional().catch(undefined)

/** Names that the app puts beside a relay's own values. */
const names = { server: told(text), lab: told(text), service: told(text) }
const target = { ...names, host: told(text), port: told(whole), target: told(text), kind: told(text) }
const relayAddress = { ...names, host: told(text), port: told(whole) }
const identity = { ...relayAddress, expected: told(text), actual: told(text) }
const only = z.object(names)

/** The values of each failure of the relay, as far as a text or a fix uses them. */
export const relayFailureParams = {
  'target-refused': z.object(target),
  'target-timeout': z.object(target),
  'target-unreachable': z.object(target),
  'target-unknown-host': z.object(target),
  'target-denied': z.object(target),
  'target-missing': z.object(target),
  /** `sinceMs`: when it was last there. */
  'agent-offline': z.object({ ...names, sinceMs: told(z.number()) }),
  /** `address`: the machine that has the place; `before`: the one that had it. */
  'agent-replaced': z.object({ ...names, address: told(text), before: told(text) }),
  'agent-silent': only,
  'agent-outdated': only,
  'wrong-key': only,
  'wrong-admin-key': z.object(relayAddress),
  'wrong-password': only,
  'fingerprint-changed': z.object(identity),
  'agent-fingerprint-changed': z.object(identity),
  'agent-unproved': only,
  'client-disabled': only,
  'client-in-use': only,
  'version-unsupported': only,
  'handshake-timeout': z.object(relayAddress),
  'too-many-connections': z.object(relayAddress),
  /** `holder`: the tunnel that has the port. */
  'port-taken': z.object({ ...names, port: told(whole), holder: told(text) }),
  /** `allowPorts`: as nps.conf writes it. */
  'port-not-allowed': z.object({ ...names, port: told(whole), allowPorts: told(text) }),
  'port-forbidden': z.object({ ...names, port: told(whole), host: told(text) }),
  'no-free-port': z.object({ ...names, range: told(text) }),
  'tunnel-stopped': only,
  'mode-unsupported': only,
  'direct-off': only,
  'direct-limited': only,
  'direct-declined': only,
  'quota-used': only,
  expired: only,
  'address-denied': z.object({ ...names, address: told(text) }),
  'hosts-off': only,
  'host-not-allowed': z.object({ ...names, host: told(text) }),
  'certificate-invalid': z.object({ ...names, path: told(text) }),
  'not-found': only,
  'already-exists': z.object({ ...names, name: told(text) }),
  'invalid-input': only,
  'login-required': only,
  'login-failed': only,
  'login-locked': z.object({ ...names, seconds: told(whole) }),
  /** `line` and `key`: where in nps.conf. */
  'config-invalid': z.object({ ...names, line: told(whole), key: told(text) }),
  'config-changed': only,
  /** The numbers come from a look at a machine before something is put there; a relay that cannot write knows the file. */
  'disk-full': z.object({
    ...names,
    host: told(text),
    program: told(text),
    path: told(text),
    freeBytes: told(bytes),
    neededBytes: told(bytes),
  }),
  'state-locked': z.object({ ...names, path: told(text) }),
  'state-unwritable': z.object({ ...names, path: told(text), reason: told(text) }),
  'not-possible-here': only,
  'relay-unreachable': z.object(relayAddress),
  'relay-answer-invalid': only,
  timeout: z.object(relayAddress),
  'limit-reached': z.object({ ...names, limit: told(z.number()) }),
} as const

const machine = { host: text, port: whole }
const started = z.object({ host: text, program: text, processor: text, kernel: text, said: text })

/**
 * Each failure of the app with its values. What is required here is in the text; `reason` and `said` are the machine's
 * own words, and may be in any language.
 */
export const appFailureParams = {
  // reaching a machine by ssh
  'ssh-unreachable': z.object({ ...machine, reason: text }),
  'ssh-refused': z.object(machine),
  /** `seconds`: how long was waited; 0 when the system gave up by itself. */
  'ssh-timeout': z.object({ ...machine, seconds: z.number() }),
  'ssh-private-network': z.object(machine),
  'ssh-unknown-host': z.object({ host: text, port: whole }),
  'ssh-not-ssh': z.object({ ...machine, reason: text.optional() }),
  'ssh-lost': z.object({ host: text, reason: text }),
  'ssh-jump-failed': z.object({ ...machine, jump: text, reason: text }),
  'host-key-unconfirmed': z.object(machine),
  /** Fingerprints; `actual` is absent when the machine shows no key at all now. */
  'host-key-changed': z.object({ ...machine, expected: text, actual: text.optional() }),
  /** `methods`: what the machine offers, `tried`: what was tried, as ssh names them. */
  'login-rejected': z.object({
    host: text,
    user: text,
    methods: text,
    tried: text,
    said: text.optional(),
  }),
  /** Names of methods, as ssh has them: what was taken, and what is still wanted. */
  'login-needs-more': z.object({ host: text, user: text, accepted: text, methods: text }),
  /** `other`: the account to use. */
  'login-other-user': z.object({ host: text, user: text, other: text, said: text }),
  'second-factor-needed': z.object({ host: text, user: text, prompt: text }),
  'second-factor-rejected': z.object({ host: text, user: text }),
  'password-expired': z.object({ host: text, user: text, said: text.optional() }),
  'shell-refused': z.object({ host: text, user: text, said: text.optional() }),
  'ssh-session-refused': z.object({ host: text, user: text, said: text }),
  /** `file` is empty for a pasted key; `given`: 1 when there was a passphrase, which is wrong then. */
  'key-passphrase-needed': z.object({ file: text, given: whole }),
  /** `other`: the file of the private half, where it can be guessed. */
  'key-is-public': z.object({ file: text, other: text.optional() }),
  /** `command` makes a key that can be read. */
  'key-format-unsupported': z.object({ file: text, format: text, command: text }),
  'key-unreadable': z.object({ file: text, reason: text }),
  'agent-unavailable': z.object({}),
  // what the machine is
  'sudo-missing': z.object({ host: text, user: text, reason: text }),
  'sudo-password-needed': z.object({ host: text, user: text }),
  'sudo-password-rejected': z.object({ host: text, user: text }),
  'platform-unsupported': z.object({ host: text, os: text }),
  'processor-unsupported': z.object({ host: text, processor: text }),
  'libc-too-old': z.object({ host: text, libc: text, needed: text }),
  'memory-low': z.object({ host: text, freeBytes: bytes, neededBytes: bytes }),
  /** `seconds`: how far the clock is ahead, or behind, below 0. */
  'clock-wrong': z.object({ host: text, seconds: z.number() }),
  /** `program` is absent where this account may not know it. */
  'port-in-use': z.object({ ...machine, free: whole, program: text.optional() }),
  // installing
  'upload-failed': z.object({ host: text, path: text, reason: text }),
  'upload-corrupt': z.object({ host: text, program: text }),
  'program-missing': z.object({ program: text, arch: text, folder: text }),
  'program-wrong-processor': started,
  'program-not-allowed': started,
  'system-too-old': started,
  'program-killed': started,
  'program-will-not-start': started,
  /** `what`: install, start, stop, restart. */
  'service-failed': z.object({ host: text, program: text, what: text, reason: text }),
  'config-write-failed': z.object({ host: text, path: text, reason: text }),
  'relay-not-listening': z.object({ host: text, reason: text }),
  /** `old`: what runs again, empty where its version is not known; `said`: the new one's last words. */
  'update-undone': z.object({ host: text, program: text, version: text, old: text, said: text }),
  'agent-not-online': z.object({ ...machine, lab: text, seconds: z.number(), said: text }),
  // starting a service on a lab box
  /** `said`: the last lines that the program has printed. */
  'start-failed': z.object({ lab: text, service: text, said: text }),
  /** `path`: as it was typed. */
  'start-folder-missing': z.object({ lab: text, path: text }),
  'start-unsupported': z.object({ lab: text }),
  // ports
  'bridge-blocked': z.object(machine),
  /** `ports`: one port, or a range as `7000-9000`. `command` would open them. */
  'ports-blocked-by-host-firewall': z.object({
    host: text,
    ports: text,
    tool: text.optional(),
    command: text.optional(),
  }),
  /** `provider`: one of the contract's providers. */
  'ports-blocked-by-security-group': z.object({ host: text, ports: text, provider: text.optional() }),
  'ports-blocked-somewhere': z.object({ host: text, ports: text }),
  'firewall-change-refused': z.object({ host: text, tool: text, command: text, reason: text }),
  /** `rule`: somebody else's, which `command` would replace. */
  'firewall-rule-kept': z.object({ host: text, tool: text, command: text, rule: text }),
  // files; `owner`: whose it is, where that is known
  'file-not-found': z.object({ path: text }),
  'file-read-denied': z.object({ path: text, user: text, owner: text.optional() }),
  'file-write-denied': z.object({ path: text, user: text, owner: text.optional() }),
  'file-exists': z.object({ path: text }),
  'file-changed': z.object({ path: text }),
  /** `keptBytes`: where the copy goes on with some of it. */
  'page-closed': z.object({ path: text, keptBytes: bytes.optional() }),
  'page-file-changed': z.object({ path: text }),
  'file-failed': z.object({ path: text, reason: text }),
  /** `keptBytes`: how much of the copy is there already. */
  'disk-is-full': z.object({ path: text, lab: text, keptBytes: bytes.optional() }),
  'laptop-disk-full': z.object({ path: text, keptBytes: bytes.optional() }),
  'sftp-refused': z.object({ host: text, user: text, said: text }),
  // the rest
  'laptop-offline': z.object({}),
  'laptop-port-taken': z.object({ port: whole }),
  'no-laptop-port': z.object({}),
  /** `tunnel`: its name; `port`: on the server. */
  'tunnel-opened-elsewhere': z.object({ tunnel: text, server: text, lab: text, port: whole }),
  'tunnel-password-changed': z.object({ tunnel: text, server: text, lab: text }),
  /** `allowed`: the list that the lab box was set up with. */
  'target-not-allowed': z.object({ lab: text, target: text, allowed: text }),
  'nps-too-old': z.object({ server: text }),
  'npc-too-old': z.object({ lab: text }),
  'folder-not-shared': z.object({ lab: text, folder: text }),
  /** `list`: as it was typed. */
  'allow-list-wrong': z.object({ lab: text, list: text }),
  /** `server`: its name. */
  'server-silent': z.object({ ...machine, server: text }),
  'console-needs-sign-in': z.object({ server: text }),
  'relay-stopped': z.object({ ...machine, server: text }),
  'relay-slow': z.object({ ...machine, server: text }),
  'stock-relay': z.object({ ...machine, server: text }),
  /** `seen`: its first words. */
  'not-a-relay': z.object({ ...machine, server: text, seen: text.optional() }),
  'server-identity-changed': z.object({
    ...machine,
    expected: text.optional(),
    actual: text.optional(),
  }),
  /** `kind`: of the tunnel, whose word the text uses. */
  'service-wrong': z.object({ lab: text, target: text, kind: text, seen: text }),
  'service-silent': z.object({ lab: text, target: text, kind: text }),
  'service-local-only': z.object({ lab: text, target: text, kind: text, option: text }),
  /** `address`: as it was typed. */
  'update-address-wrong': z.object({ address: text }),
  'update-unreachable': z.object({ address: text, reason: text }),
  'update-feed-wrong': z.object({ address: text, reason: text }),
  'update-refused': z.object({ address: text }),
  'update-failed': z.object({ reason: text }),
  /** `path`: the ssh settings of this account. */
  'ssh-config-unwritable': z.object({ path: text, reason: text }),
  /** `program`: as `openIn` names it. */
  'open-in-failed': z.object({ program: text, reason: text }),
  'passphrase-wrong': z.object({}),
  'export-unreadable': z.object({}),
  'export-newer': z.object({}),
  /** Of the data, unsealed. */
  'export-too-large': z.object({ bytes }),
  // a second laptop by a code; `host` and `port` stand in the code
  'code-mistyped': z.object({}),
  'code-unknown': z.object(machine),
  'code-server-unreachable': z.object(machine),
  'code-giver-gone': z.object(machine),
  'code-withdrawn': z.object({}),
  'login-start-refused': z.object({ reason: text }),
  /** `said`: the lab box's own words. */
  'process-not-ended': z.object({ lab: text, pid: whole, said: text }),
  'listening-unseen': z.object({}),
  'secret-missing': z.object({ name: text }),
  'secret-unreadable': z.object({}),
  'storage-failed': z.object({ path: text, reason: text }),
  'storage-in-use': z.object({ path: text }),
  cancelled: z.object({}),
  busy: z.object({ jobId: text }),
  internal: z.object({}),
} as const
