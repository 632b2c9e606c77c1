import { expect, test } from 'vitest'
import { maxSealedBytes, seal, unseal } from './sealed-file.ts'

const text = JSON.stringify({ name: '实验室', key: 'x'.repeat(20) })
/** The least that is taken, so that hundreds of tries are quick. */
const quick = { cost: 10 }
const codeOf = async (file: Buffer, passphrase = 'correct horse'): Promise<string> =>
  await unseal(file, passphrase).then(
    () => 'opened',
    (error: { code: string }) => error.code,
  )

test('what a passphrase seals it opens, and nothing of it can be read without', async () => {
  const file = await seal(text, 'correct horse')
  expect(file.includes('name')).toBe(false)
  expect(await unseal(file, 'correct horse')).toBe(text)
}, 60_000)

test('a passphrase is the same one typed on another system, and no other one opens', async () => {
  const file = await seal(text, 'caf\u00E9 au lait', quick)
  expect(await unseal(file, 'cafe\u0301 au lait')).toBe(text)
  expect(await codeOf(file, 'cafe au lait')).toBe('passphrase-wrong')
  expect(await codeOf(file, '')).toBe('passphrase-wrong')
})

test('the same text is never sealed twice in the same way', async () => {
  const [one, two] = await Promise.all([
    seal(text, 'correct horse', quick),
    seal(text, 'correct horse', quick),
  ])
  expect(one?.subarray(13).equals(two?.subarray(13) ?? Buffer.alloc(0))).toBe(false)
})

test('a file that was cut off anywhere, or went on, is refused as such', async () => {
  const file = await seal(text, 'correct horse', quick)
  for (let length = 0; length < file.length; length++)
    expect([length, await codeOf(file.subarray(0, length))]).toEqual([length, 'export-unreadable'])
  expect(await codeOf(Buffer.concat([file, Buffer.alloc(1)]))).toBe('export-unreadable')
})

test('no byte of it can be changed', async () => {
  const file = await seal(text, 'correct horse', quick)
  for (let at = 0; at < file.length; at++) {
    const changed = Buffer.from(file)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    expect([at, await codeOf(changed)]).not.toEqual([at, 'opened'])
  }
}, 60_000)

test('a file can neither ask for memory without end nor be of a later kind unsaid', async () => {
  const file = await seal(text, 'correct horse', quick)
  for (const cost of [0, 9, 18, 255]) {
    const changed = Buffer.from(file)
    changed.writeUInt8(cost, 8)
    expect(await codeOf(changed)).toBe('export-unreadable')
  }
  const later = Buffer.from(file)
  later.write('npsmove2')
  expect(await codeOf(later)).toBe('export-newer')
  expect(await codeOf(Buffer.from('%PDF-1.7 something else altogether'))).toBe('export-unreadable')
})

test('more than a file may hold is refused before it is made', async () => {
  await expect(seal('x'.repeat(maxSealedBytes), 'correct horse', quick)).rejects.toMatchObject({
    code: 'export-too-large',
    params: { bytes: maxSealedBytes },
  })
})
