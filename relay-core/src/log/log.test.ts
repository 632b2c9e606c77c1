import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createLog, type LogLevel } from './log.ts'
import { Secret } from '../secret.ts'

function linesOf(level: LogLevel, say: (log: ReturnType<typeof createLog>) => void): string {
  let text = ''
  say(createLog({ level, write: (line) => (text += line), now: () => new Date(0) }))
  return text
}

test('one line with time, level, message and fields', () => {
  const text = linesOf('info', (log) =>
    log.warn('tunnel not listening', { port: 80, reason: 'in use', none: undefined }),
  )
  expect(text).toBe('1970-01-01T00:00:00.000Z warn  tunnel not listening port=80 reason="in use"\n')
})

test('what is below the level is left out', () => {
  const all = (log: ReturnType<typeof createLog>) => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](level)
  }
  expect(linesOf('warn', all).trim().split('\n')).toHaveLength(2)
  expect(linesOf('debug', all).trim().split('\n')).toHaveLength(4)
})

test('a peer cannot forge a line, nor drive the terminal', () => {
  const text = linesOf('info', (log) =>
    log.info('client added\nfake', { name: 'a\n1970 info forged', other: '\u001b[2J\u009b2J\u202e' }),
  )
  expect(text.trim().split('\n')).toHaveLength(1)
  // oxlint-disable-next-line no-control-regex
  expect(text.trim()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
})

test('a secret prints as ***', () => {
  const secret = new Secret('hunter2')
  const text = linesOf('info', (log) => log.info('x', { secret, nested: { secret } }))
  expect(`${text}${secret}${JSON.stringify({ secret })}${inspect({ secret })}`).not.toContain('hunter2')
  expect(secret.reveal()).toBe('hunter2')
})
