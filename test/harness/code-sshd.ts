import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalSshd, sshdPath, startLocalSshd } from './local-sshd.ts'
import { buildPamCode } from './pam-code.ts'

/** The password of its account. */
export const codeSshdPassword = 'secret'

/** Whether this computer can have one: it takes root, and a compiler for the PAM module. */
export const canAskForCodes = existsSync(sshdPath) && existsSync('/usr/bin/gcc') && process.getuid?.() === 0

/** A real sshd whose PAM asks for the account's password and for a code, in the order of `asks`. */
export async function startCodeSshd(
  asks: readonly ('password' | 'code')[],
  {
    code = '424242',
    config = ['KbdInteractiveAuthentication yes', 'PasswordAuthentication yes'],
  }: { code?: string; config?: readonly string[] } = {},
): Promise<LocalSshd> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-pam-'))
  try {
    const pamCode = await buildPamCode(folder)
    const modules = { password: 'auth requisite pam_unix.so', code: `auth requisite ${pamCode} ${code}` }
    const pam = [
      ...asks.map((one) => modules[one]),
      'account required pam_permit.so',
      'session required pam_permit.so',
      '',
    ].join('\n')
    const sshd = await startLocalSshd({
      config: ['UsePAM yes', ...config],
      account: { shell: '/bin/bash', password: codeSshdPassword, etc: { '/etc/pam.d/sshd': pam } },
    })
    return {
      ...sshd,
      close: async () => {
        await sshd.close()
        await rm(folder, { recursive: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true })
    throw error
  }
}
