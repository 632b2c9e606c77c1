import { describe, expect, it } from 'vitest'
import { FramedAnswer } from './framed-answer.ts'

const nonce = 'abcdef0123456789abcdef01'

describe('an answer between its marks', () => {
  const whole = `Welcome\n[${nonce}\nthe answer, ${nonce} and [${nonce} in it${nonce}] 7\nbye\n`

  it.each([1, 2, 7, 1000])('is found however it is cut: %i bytes at a time', (size) => {
    const answer = new FramedAnswer(nonce)
    for (let at = 0; at < whole.length; at += size) {
      answer.stdout.push(Buffer.from(whole.slice(at, at + size)))
      answer.stderr.push(Buffer.from(whole.slice(at, at + size)))
    }
    expect(answer.hasBegun).toBe(true)
    expect(answer.isWhole).toBe(true)
    expect(answer.exitCode).toBe(7)
    expect(answer.stdout.text).toBe(`the answer, ${nonce} and [${nonce} in it`)
  })

  it('that never began leaves what was said instead', () => {
    const answer = new FramedAnswer(nonce)
    answer.stderr.push(Buffer.from('This account is currently not available.\n'))
    expect(answer.hasBegun).toBe(false)
    expect(answer.stderr.text).toBe('This account is currently not available.\n')
  })

  it('that broke off has no exit code and keeps what came', () => {
    const answer = new FramedAnswer(nonce)
    answer.stdout.push(Buffer.from(`[${nonce}\nhalf`))
    expect(answer.isWhole).toBe(false)
    expect(answer.exitCode).toBeNull()
    expect(answer.stdout.text).toBe('half')
  })
})
