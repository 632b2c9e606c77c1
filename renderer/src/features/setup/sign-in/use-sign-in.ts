import type {
  Failure,
  HostKey,
  JumpHost,
  MachineAddress,
  SshAddress,
  SshSecret,
} from '@nps-desktop/electron/contract'
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { useApi } from '../../../carrier/use-backend.ts'
import { failureOf } from '../../../carrier/failure-of-call.ts'
import { useNewest } from '../../../carrier/scope-signal.ts'
import { readSshLine } from './ssh-line.ts'
import type { SshLine } from './ssh-line.ts'

/**
 * address: type it; asking: the machine shows its host key; confirm: a person compares it; changed: it differs from the
 * pinned one; secret: confirmed, the secret may be typed.
 */
export type SignInPhase = 'address' | 'asking' | 'confirm' | 'changed' | 'secret'
export type SecretKind = SshSecret['kind']

export interface SignInFields {
  host: string
  port: string
  user: string
  kind: SecretKind
  password: string
  /** The key's text, or its file's path on this computer. */
  key: string
  passphrase: string
}

/** What signing in takes. */
export interface SignInProof {
  readonly address: MachineAddress
  readonly secret: SshSecret
}

export type SignIn = ReturnType<typeof useSignIn>

/**
 * Signing in to a machine over SSH: nothing but its address leaves this computer before its host key is confirmed.
 * `jump`: the way there, which belongs to the address.
 */
export function useSignIn(options: {
  address: SshAddress | null
  stored: boolean
  jump?: () => JumpHost
  /** An ssh command named a jump host. */
  onJump?: (place: NonNullable<SshLine['jump']>) => void
}) {
  const api = useApi()
  const { address, stored } = options
  const fields = reactive<SignInFields>({
    host: address?.host ?? '',
    port: String(address?.port ?? 22),
    user: address?.user ?? '',
    kind: stored ? 'stored' : 'password',
    password: '',
    key: '',
    passphrase: '',
  })
  const jump = computed<JumpHost>(() => options.jump?.() ?? { kind: 'none' })
  const phase = ref<SignInPhase>('address')
  const hostKey = shallowRef<HostKey | null>(null)
  const failure = shallowRef<Failure | null>(null)
  const asking = useNewest()

  // Another machine has another key: what was confirmed no longer counts.
  watch(
    () => [fields.host, fields.port, JSON.stringify(jump.value)],
    () => reset(),
  )

  const port = computed(() => Number(fields.port))
  const portIsWrong = computed(() => !Number.isInteger(port.value) || port.value < 1 || port.value > 65535)
  const addressIsComplete = computed(
    () => fields.host.trim() !== '' && fields.user.trim() !== '' && !portIsWrong.value,
  )
  const secret = computed<SshSecret | null>(() => {
    if (fields.kind === 'password')
      return fields.password ? { kind: 'password', password: fields.password } : null
    if (fields.kind !== 'key') return { kind: fields.kind }
    if (!fields.key.trim()) return null
    return { kind: 'key', key: fields.key, ...(fields.passphrase ? { passphrase: fields.passphrase } : {}) }
  })
  const canGoOn = computed(() => {
    if (phase.value === 'address') return addressIsComplete.value
    if (phase.value === 'secret') return addressIsComplete.value && secret.value !== null
    return phase.value === 'confirm'
  })

  function reset(): void {
    asking.cancel()
    phase.value = 'address'
    hostKey.value = null
    failure.value = null
  }

  /** Spreads an ssh command, pasted or typed as the address, over the fields; returns whether it was one. */
  function takeLine(text: string): boolean {
    const line = readSshLine(text)
    if (!line) return false
    takePlace(line)
    if (line.key !== undefined) Object.assign(fields, { kind: 'key', key: line.key })
    if (line.jump) options.onJump?.(line.jump)
    return true
  }

  /** Takes over where to sign in, as another form has read it. */
  function takePlace(place: Pick<SshLine, 'host' | 'user' | 'port'>): void {
    fields.host = place.host
    if (place.user !== undefined) fields.user = place.user
    if (place.port !== undefined) fields.port = String(place.port)
  }

  /** Asks the machine for its host key. */
  async function inspect(): Promise<void> {
    const signal = asking.begin()
    phase.value = 'asking'
    failure.value = null
    try {
      const shown = await api.hostKeys.inspect(
        { host: fields.host.trim(), port: port.value, jump: jump.value },
        { signal },
      )
      if (signal.aborted) return
      hostKey.value = shown
      phase.value = shown.state === 'known' ? 'secret' : shown.state === 'changed' ? 'changed' : 'confirm'
    } catch (error) {
      if (signal.aborted) return
      phase.value = 'address'
      failure.value = failureOf(error)
    }
  }

  /** A person has compared the key: it is pinned, and the secret field opens. */
  async function confirm(): Promise<void> {
    const shown = hostKey.value
    if (!shown) return
    try {
      const { host, port, fingerprint } = shown
      await api.hostKeys.confirm({ host, port, jump: jump.value, fingerprint })
      phase.value = 'secret'
      failure.value = null
    } catch (error) {
      failure.value = failureOf(error)
    }
  }

  /** Does what the phase asks for; returns the proof once everything is there. */
  async function next(): Promise<SignInProof | null> {
    if (phase.value === 'confirm') await confirm()
    else if (phase.value === 'address' && addressIsComplete.value) await inspect()
    else return result()
    return null
  }

  /** The address and secret to sign in with, once both are complete and the host key is confirmed. */
  function result(): SignInProof | null {
    if (phase.value !== 'secret' || !canGoOn.value || !secret.value) return null
    return {
      address: { host: fields.host.trim(), port: port.value, user: fields.user.trim(), jump: jump.value },
      secret: secret.value,
    }
  }

  return {
    fields,
    stored,
    phase,
    secret,
    hostKey,
    failure,
    portIsWrong,
    addressIsComplete,
    canGoOn,
    reset,
    takeLine,
    takePlace,
    inspect,
    confirm,
    next,
    result,
  }
}
