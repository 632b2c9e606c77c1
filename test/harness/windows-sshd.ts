import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import ssh2, { type ServerChannel, type SFTPWrapper } from 'ssh2'
import { askRounds, type Round } from './asking-sshd.ts'

interface Answer {
  readonly stdout?: string
  readonly stderr?: string
  readonly code?: number
}

export interface WindowsSshd {
  readonly port: number
  /** By the path that sftp was given. */
  readonly files: ReadonlyMap<string, Buffer>
  close(): void
}

/**
 * An ssh server that names itself as Windows' own does. It knows no PowerShell: `answer` stands in for it, and gets the
 * script and what it was given, out of what our command line would have handed to it. Any other command is refused as
 * cmd refuses one. Files come by sftp. `banner`: what is shown before the sign-in; `rounds`: what it asks instead of a password.
 */
export async function startWindowsSshd(
  answer: (script: string, given: string) => Answer,
  { banner, rounds }: { banner?: string; rounds?: readonly Round[] } = {},
): Promise<WindowsSshd> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const files = new Map<string, Buffer>()
  const settings = { hostKeys: [privateKey], ident: 'OpenSSH_for_Windows_9.5', ...(banner && { banner }) }
  const server = new ssh2.Server(settings, (client) => {
    client.on('error', () => undefined)
    client.on('authentication', (context) => {
      if (rounds) askRounds(context, rounds)
      else if (context.method === 'password') context.accept()
      else context.reject(['password'])
    })
    client.on('session', (accept) => {
      const session = accept()
      session.on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec()
        if (!/^powershell\.exe (-\w+ )+.*-EncodedCommand [A-Za-z0-9+/=]+$/.test(command)) {
          channel.stderr.write(
            `'${command.split(' ')[0]}' is not recognized as an internal or external command,\r\n`,
          )
          channel.exit(1)
          channel.end()
          return
        }
        void runScript(channel, answer)
      })
      session.on('sftp', (acceptSftp) => takeFiles(acceptSftp(), files))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, files, close: () => server.close() }
}

/** What the start of our command line does with its three lines, in PowerShell. */
async function runScript(
  channel: ServerChannel,
  answer: (script: string, given: string) => Answer,
): Promise<void> {
  let read = ''
  for await (const chunk of channel) read += String(chunk)
  const [nonce = '', script = '', given = ''] = read.split('\r\n')
  const text = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8')
  const { stdout = '', stderr = '', code = 0 } = answer(text(script), text(given))
  // a profile or a policy may say something first
  channel.write(`Welcome to Windows\r\n[${nonce}\n${stdout}${nonce}] ${code}\n`)
  channel.stderr.write(`[${nonce}\n${stderr}${nonce}] ${code}\n`)
  channel.exit(code)
  channel.end()
}

function takeFiles(sftp: SFTPWrapper, files: Map<string, Buffer>): void {
  const { OK, FAILURE } = ssh2.utils.sftp.STATUS_CODE
  const open: string[] = []
  sftp.on('OPEN', (request, path) => {
    files.set(path, Buffer.alloc(0))
    sftp.handle(request, Buffer.of(open.push(path) - 1))
  })
  sftp.on('WRITE', (request, handle, offset, data) => {
    const path = open[handle[0] ?? 0] ?? ''
    const have = files.get(path) ?? Buffer.alloc(0)
    const whole = Buffer.alloc(Math.max(have.length, offset + data.length))
    have.copy(whole)
    data.copy(whole, offset)
    files.set(path, whole)
    sftp.status(request, OK)
  })
  sftp.on('FSTAT', (request) => sftp.status(request, FAILURE))
  sftp.on('FSETSTAT', (request) => sftp.status(request, OK))
  sftp.on('CLOSE', (request) => sftp.status(request, OK))
}
