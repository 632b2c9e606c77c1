import { generateKeyPairSync } from 'node:crypto'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'
import type { SampleLanguage } from './sample-names.ts'
import { serveSample, type SampleService } from './sample-service.ts'

const words: Readonly<Record<SampleLanguage, { greeting: string; notRun: (line: string) => string }>> = {
  en: {
    greeting:
      'Sample shell: it stands in for the lab box and runs nothing.\r\nCommands: date, help, exit\r\n',
    notRun: (line) => `This is a sample: "${line}" was not run.`,
  },
  'zh-CN': {
    greeting: '示例 Shell：它代替实验室主机，不执行任何程序。\r\n可用命令：date、help、exit\r\n',
    notRun: (line) => `这只是示例：没有执行“${line}”。`,
  },
}

const maxLineBytes = 1_024

/**
 * An SSH server on a free port of 127.0.0.1 with a key of its own and no password: behind it is nothing but three words
 * that it answers to. `spoken`: asked for each connection.
 */
export function startSampleShell(spoken: () => SampleLanguage): Promise<SampleService> {
  const hostKey = makeHostKey()
  const open = new Set<Connection>()
  const server = new ssh2.Server({ hostKeys: [hostKey], ident: 'sample-shell' }, (connection) => {
    const language = spoken()
    open.add(connection)
    connection.on('close', () => open.delete(connection))
    // a visitor that goes away mid-word is no event here; the check does so each time
    connection.on('error', () => connection.end())
    connection.on('authentication', (context) => context.accept())
    connection.on('session', (accept) => {
      const session = accept()
      session.on('pty', (acceptPty) => acceptPty?.())
      session.on('shell', (acceptShell) => converse(acceptShell(), language))
      session.on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec()
        channel.write(`${reply(command, language) ?? ''}\n`)
        finish(channel)
      })
    })
  })
  return serveSample(server, () => {
    for (const connection of open) connection.end()
  })
}

/** Not ssh2's own generator: of its Ed25519 keys one in some hundred cannot be read back (1.17.0). */
function makeHostKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString()
}

/** Null for `exit`. */
function reply(line: string, language: SampleLanguage): string | null {
  switch (line.trim()) {
    case 'exit':
      return null
    case 'date':
      return new Date().toString()
    case 'help':
      return 'date, help, exit'
    case '':
      return ''
    default:
      return words[language].notRun(line.trim().slice(0, 60))
  }
}

/** Echoes what is typed, as a terminal expects, and answers line by line. */
function converse(channel: ServerChannel, language: SampleLanguage): void {
  let line = ''
  channel.write(`${words[language].greeting}\r\n$ `)
  channel.on('data', (bytes: Buffer) => {
    for (const character of bytes.toString('utf8')) {
      if (character === '\r' || character === '\n') {
        const answer = reply(line, language)
        line = ''
        if (answer === null) return finish(channel)
        channel.write(`\r\n${answer}${answer === '' ? '' : '\r\n'}$ `)
      } else if (character === '\u0003' || character === '\u0004') {
        return finish(channel)
      } else if (character === '\u007f') {
        if (line !== '') channel.write('\b \b')
        line = line.slice(0, -1)
      } else if (line.length < maxLineBytes) {
        line += character
        channel.write(character)
      }
    }
  })
}

function finish(channel: ServerChannel): void {
  channel.exit(0)
  channel.end()
}
