import { Terminal as Xterm } from '@xterm/xterm'
import { expect, test } from 'vitest'
import { ReplayedText } from './replayed-text.ts'

const asking = [
  '\u001b[c',
  '\u001b[>c',
  '\u001b[6n',
  '\u001b[?6n',
  '\u001b[5n',
  '\u001b[?2004$p',
  '\u001b[4$p',
  '\u001bP$qm\u001b\\',
]

test('what old text asks is not answered again, and what is typed while it is drawn is kept in order', async () => {
  const xterm = new Xterm({ allowProposedApi: true })
  const replayed = new ReplayedText(xterm)
  let sent = ''
  xterm.onData((data) => {
    if (!replayed.isAnswer(data)) sent += data
  })
  const drawn = Promise.withResolvers<void>()
  replayed.write(`${asking.join('')}$ `, () => undefined)
  for (const key of 'ls') xterm.input(key)
  replayed.write(asking.join(''), drawn.resolve)
  xterm.input('\r')
  await drawn.promise
  expect(sent).toBe('ls\r')
  // and what asks now is answered
  await new Promise<void>((resolve) => xterm.write('\u001b[5n', resolve))
  expect(sent).toBe('ls\r\u001b[0n')
  xterm.dispose()
})
