import { expect, it } from 'vitest'
import { parseConnectTarget, parseRequestTarget } from './proxy-target.ts'

it.each([
  ['lab:22', { host: 'lab', port: 22 }],
  ['[2001:db8::1]:443', { host: '2001:db8::1', port: 443 }],
  ['lab', undefined],
  ['lab:0', undefined],
  ['lab:65536', undefined],
  ['ada@lab:22', undefined],
  ['/path', undefined],
  ['', undefined],
])('CONNECT %s', (text, target) => {
  expect(parseConnectTarget(text)).toEqual(target)
})

it.each([
  ['http://lab/a?b', { host: 'lab', port: 80, authority: 'lab', path: '/a?b' }],
  ['HTTP://lab:8888', { host: 'lab', port: 8888, authority: 'lab:8888', path: '/' }],
  ['http://lab?q', { host: 'lab', port: 80, authority: 'lab', path: '/?q' }],
  ['http://[::1]:81/', { host: '::1', port: 81, authority: '[::1]:81', path: '/' }],
  ['https://lab/', undefined],
  ['http:///a', undefined],
  ['http://ada:pw@lab/', undefined],
  ['/a', undefined],
  ['*', undefined],
])('GET %s', (url, target) => {
  expect(parseRequestTarget(url)).toEqual(target)
})
