import { describe, expect, it } from 'vitest'
import { ShellBeginning, shellCommand, type ShellOptions } from './shell-command.ts'

const options: ShellOptions = {
  nonce: '0123456789abcdef',
  terminalId: 'tAbc1234567',
  how: 'new',
  keep: true,
  withHistory: false,
  size: { cols: 118, rows: 34 },
}

describe('the command for a shell', () => {
  it.each([{}, { how: 'again' as const, withHistory: true }, { keep: false }])(
    'is read alike by every shell an account may have: %o',
    (part) => {
      const command = shellCommand({ ...options, ...part })
      expect(command).toMatch(/^\/bin\/sh -c '[^'!\\\n]*'$/)
    },
  )

  it('keeps the shell in a tmux of the app’s own, in a session named as the terminal', () => {
    const command = shellCommand(options)
    expect(command).toContain('-L nps-desktop -f /dev/null')
    expect(command).toContain('new-session -d -s tAbc1234567 -x 118 -y 34')
    expect(command).toContain('new-session -A -D -s tAbc1234567')
    expect(command).toContain('set -gq status off')
  })

  it('makes no new shell where there was one', () => {
    const again = shellCommand({ ...options, how: 'again' })
    expect(again).not.toContain('new-session -d')
    expect(again).toContain('echo "[0123456789abcdef gone"; exit 0')
  })

  it('asks no tmux where shells are not to be kept', () => {
    expect(shellCommand({ ...options, keep: false })).not.toContain('tmux')
  })
})

describe('the beginning of a shell', () => {
  it('is found behind what the account itself prints, also in pieces', () => {
    const beginning = new ShellBeginning('abc')
    expect(beginning.push('Welcome to lab-a100\r\n[ab')).toBeNull()
    expect(beginning.push('c tmux\r')).toBeNull()
    expect(beginning.push('\nline-1\r\n[abc rea')).toBeNull()
    expect(beginning.push('dy\r\n')).toEqual({ keeping: 'tmux', rest: 'line-1\r\n', waits: true })
  })

  it('is at once the shell’s where nobody keeps it', () => {
    const beginning = new ShellBeginning('abc')
    expect(beginning.push('[abc nobody\r\n$ ')).toEqual({ keeping: 'nobody', rest: '$ ', waits: false })
  })

  it('is found before whatever a shell prints at once, however much', () => {
    const rest = 'x'.repeat(100_000)
    expect(new ShellBeginning('abc').push(`[abc nobody\r\n${rest}`)).toMatchObject({ rest })
  })

  it('is at once the shell’s where tmux has just made it', () => {
    const beginning = new ShellBeginning('abc')
    expect(beginning.push('Welcome\r\n[abc login fresh]\u001b[H$ ')).toEqual({
      keeping: 'login',
      rest: '\u001b[H$ ',
      waits: false,
    })
  })

  it('keeps the words of a machine that gives none', () => {
    const beginning = new ShellBeginning('abc')
    expect(beginning.push('This account is currently not available.\r\n')).toBeNull()
    expect(beginning.said).toContain('not available')
  })
})
