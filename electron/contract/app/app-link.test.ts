import { describe, expect, it } from 'vitest'
import { isAppLink, readAppLink } from './app-link.ts'

describe('a link from outside', () => {
  it.each(['nps-desktop://open', 'nps-desktop://open/', 'NPS-Desktop://open'])(
    '%s shows the window',
    (link) => {
      expect(readAppLink(link)).toEqual({ kind: 'open' })
    },
  )

  it('shows a tunnel by its id', () => {
    expect(readAppLink('nps-desktop://tunnel/sAbc-t12')).toEqual({ kind: 'tunnel', tunnelId: 'sAbc-t12' })
  })

  it('shows a lab box and a server by their ids', () => {
    expect(readAppLink('nps-desktop://lab/sAbc-c1')).toEqual({ kind: 'lab', labId: 'sAbc-c1' })
    expect(readAppLink('nps-desktop://server/sAbc')).toEqual({ kind: 'server', serverId: 'sAbc' })
  })

  it('fills the form for a running nps', () => {
    const line = 'nps-desktop://connect?host=203.0.113.7&key=abcdefghijklmnop'
    expect(readAppLink(line)).toEqual({ kind: 'connect', line })
  })

  it.each([
    'nps-desktop://',
    'nps-desktop:open',
    'nps-desktop://delete/sAbc-t12',
    'nps-desktop://tunnel',
    'nps-desktop://tunnel/',
    'nps-desktop://tunnel/a/b',
    'nps-desktop://tunnel/..%2fsettings',
    `nps-desktop://tunnel/${'a'.repeat(65)}`,
    'nps-desktop://tunnel/a?delete=1',
    'nps-desktop://open?then=quit',
    'nps-desktop://open#/settings',
    'nps-desktop://somebody@open',
    'nps-desktop://connect',
    `nps-desktop://connect?key=${'k'.repeat(3_000)}`,
    'https://open',
  ])('%s is refused', (link) => {
    expect(readAppLink(link).kind).toBe('unknown')
  })

  it('that is refused is told without what may be a key, or what drives a terminal', () => {
    expect(readAppLink('nps-desktop://conect?key=abcdefghijklmnop')).toEqual({
      kind: 'unknown',
      shown: 'nps-desktop://conect',
    })
    expect(readAppLink(`nps-desktop://\u001b[2J${'a'.repeat(200)}`)).toMatchObject({
      shown: expect.stringMatching(/^nps-desktop:\/\/\[2Ja{63}$/) as unknown,
    })
  })

  it('is known by its scheme alone', () => {
    expect(isAppLink('nps-desktop://anything')).toBe(true)
    expect(isAppLink('--nps-desktop://anything')).toBe(false)
  })
})
