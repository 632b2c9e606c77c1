import { expect, test } from 'vitest'
import { tunnel } from '../testing/pasted-lab.ts'
import { labLink, tunnelTo } from './lab-link.ts'
import { isForPage, terminalAction } from './terminal-keys.ts'
import { whatRuns } from './terminal-title.ts'

test.each([
  ['bash:/home/alice/project-x', { text: 'project-x', isBusy: false, folder: '/home/alice/project-x' }],
  ['-zsh:/', { text: '/', isBusy: false, folder: '/' }],
  ['python:/home/alice', { text: 'python', isBusy: true, folder: '/home/alice' }],
  ['alice@lab-a100: ~/project-x', { text: 'project-x', isBusy: false }],
  ['something else', { text: 'something else', isBusy: false }],
  ['run\u202etxt.exe', { text: 'run txt.exe', isBusy: false }],
  ['bash:/data/a\u202eb', { text: 'a b', isBusy: false, folder: '/data/a\u202eb' }],
])('a window called "%s" is a tab called %o', (title, said) => expect(whatRuns(title)).toEqual(said))

test('links to the lab box itself are told from all others', () => {
  expect(labLink('http://localhost:8889/lab?token=a1#x', 'lab-a100')).toEqual({
    port: 8889,
    path: '/lab?token=a1#x',
  })
  expect(labLink('http://127.0.0.1:6006', 'lab-a100')).toEqual({ port: 6006, path: '/' })
  expect(labLink('http://lab-a100:8888/', 'lab-a100')).toMatchObject({ port: 8888 })
  expect(labLink('https://example.org:8889/', 'lab-a100')).toBeNull()
  expect(labLink('ftp://localhost:21/', 'lab-a100')).toBeNull()
})

test('a tunnel to that port carries the link, one that is paused does not', () => {
  const to8889 = { ...tunnel, target: '127.0.0.1:8889' }
  expect(tunnelTo(8889, [tunnel, to8889])).toBe(to8889)
  expect(tunnelTo(889, [to8889])).toBeNull()
  expect(tunnelTo(8889, [{ ...to8889, status: { state: 'paused' } }])).toBeNull()
})

const key = (code: string, held: Partial<KeyboardEvent> = {}) => ({
  code,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})

test('Ctrl alone is the shell’s; with Shift, or as ⌘ on a Mac, it is the page’s', () => {
  expect(terminalAction(key('KeyT', { ctrlKey: true, shiftKey: true }), false)).toBe('new')
  expect(terminalAction(key('KeyT', { ctrlKey: true }), false)).toBeNull()
  expect(isForPage(key('KeyR', { ctrlKey: true }), false)).toBe(false)
  expect(isForPage(key('Digit1', { ctrlKey: true }), false)).toBe(true)
  expect(isForPage(key('KeyV', { ctrlKey: true, shiftKey: true }), false)).toBe(true)
  expect(terminalAction(key('KeyW', { metaKey: true }), true)).toBe('close')
  expect(terminalAction(key('BracketLeft', { metaKey: true, shiftKey: true }), true)).toBe('previous')
  expect(isForPage(key('KeyC', { ctrlKey: true }), true)).toBe(false)
})
