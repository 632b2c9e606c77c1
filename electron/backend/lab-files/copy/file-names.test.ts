import { expect, test } from 'vitest'
import { freeName, partName } from './file-names.ts'

const original = { path: '/home/a/model.bin', bytes: 100, changedAtMs: 1_700_000_000_400 }

test('a part is found again for the same original, and for no other one', () => {
  const name = partName('model.bin', original)
  expect(name).toMatch(/^model\.bin\.[0-9a-f]{8}\.part$/)
  // a lab box tells whole seconds
  expect(partName('model.bin', { ...original, changedAtMs: 1_700_000_000_000 })).toBe(name)
  for (const other of [{ bytes: 101 }, { changedAtMs: 1_700_000_001_000 }, { path: '/home/b/model.bin' }]) {
    expect(partName('model.bin', { ...original, ...other })).not.toBe(name)
  }
})

test('the part of a long name has a name that a file can have, without half characters', () => {
  const part = partName('结'.repeat(85), original)
  expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255)
  expect(part).not.toContain('\u{fffd}')
})

test('a copy beside another is numbered before its ending', () => {
  const beside = (name: string, ...taken: string[]) => freeName(name, (tried) => taken.includes(tried))
  expect(beside('a.txt')).toBe('a.txt')
  expect(beside('train.log', 'train.log')).toBe('train (2).log')
  expect(beside('train.log', 'train.log', 'train (2).log')).toBe('train (3).log')
  expect(beside('data.tar.gz', 'data.tar.gz')).toBe('data (2).tar.gz')
  expect(beside('.bashrc', '.bashrc')).toBe('.bashrc (2)')
  expect(beside('samples', 'samples')).toBe('samples (2)')
})
