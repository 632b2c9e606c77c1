import { expect, test } from 'vitest'
import { renameOver } from './rename-over.ts'

function refusing(times: number, code: string) {
  const tries: string[] = []
  const move = async (from: string, to: string) => {
    tries.push(`${from} ${to}`)
    if (tries.length <= times) throw Object.assign(new Error(code), { code })
  }
  return { tries, move }
}

test('a file that a scanner holds for a moment is replaced', async () => {
  const { tries, move } = refusing(3, 'EPERM')
  await renameOver('a', 'b', { move, platform: 'win32' })
  expect(tries).toEqual(['a b', 'a b', 'a b', 'a b'])
})

test.each([
  ['win32', 'ENOSPC'],
  ['linux', 'EPERM'],
] as const)('on %s, %s is told at once', async (platform, code) => {
  const { tries, move } = refusing(1, code)
  await expect(renameOver('a', 'b', { move, platform })).rejects.toThrow(code)
  expect(tries).toHaveLength(1)
})

test('a file that is held for good is told of in the end', async () => {
  const { move } = refusing(Infinity, 'EBUSY')
  await expect(renameOver('a', 'b', { move, platform: 'win32' })).rejects.toThrow('EBUSY')
})
