import { describe, expect, it } from 'vitest'
import { readConnectLink } from './connect-link.ts'

describe('the line of nps connect', () => {
  it('is found among other words', () => {
    expect(
      readConnectLink(
        'Paste this:\n  nps-desktop://connect?host=120.1.1.2&port=8025&key=abcdefghijklmnop&fingerprint=sha256%3A9f2c\n',
      ),
    ).toEqual({
      host: '120.1.1.2',
      bridgePort: 8025,
      adminKey: 'abcdefghijklmnop',
      fingerprint: 'sha256:9f2c',
    })
  })

  it('may leave port and fingerprint out', () => {
    expect(readConnectLink('nps-desktop://connect?host=h&key=abcdefghijklmnop')).toEqual({
      host: 'h',
      bridgePort: 8024,
      adminKey: 'abcdefghijklmnop',
      fingerprint: '',
    })
  })

  it.each([
    'https://connect?host=h&key=k',
    'nps-desktop://connect?host=h',
    'nps-desktop://connect?host=h&key=k&port=99999',
    'nps-desktop://elsewhere?host=h&key=k',
    '',
  ])('is not %j', (text) => {
    expect(readConnectLink(text)).toBeNull()
  })
})
