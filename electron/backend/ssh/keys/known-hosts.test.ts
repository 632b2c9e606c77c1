import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeHostKey } from './host-key.ts'
import { sshKnows } from './known-hosts.ts'

/** An ssh-ed25519 host key as it comes over the wire: its algorithm, then 32 bytes. */
function keyBlob(fill: number): Buffer {
  const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  return Buffer.concat([part(Buffer.from('ssh-ed25519')), part(Buffer.alloc(32, fill))])
}
const blobs = [1, 2, 3, 4].map(keyBlob)
const [plain, withPort, hashed, revoked] = blobs.map((blob) => describeHostKey(blob).fingerprint)
const written = blobs.map((blob) => `ssh-ed25519 ${blob.toString('base64')}`)
const salt = Buffer.alloc(20, 7)
const hash = createHmac('sha1', salt).update('lab.example.edu').digest('base64')

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-desktop-known-hosts-'))
  file = join(folder, 'known_hosts')
  await writeFile(
    file,
    [
      '# a comment',
      `cloud,120.1.1.2 ${written[0]} goudan@laptop`,
      `[120.1.1.2]:2222 ${written[1]}`,
      `|1|${salt.toString('base64')}|${hash} ${written[2]}`,
      `@revoked 120.1.1.9 ${written[3]}`,
      '',
    ].join('\n'),
  )
})
afterAll(() => rm(folder, { recursive: true }))

const known = (host: string, port: number, fingerprint = ''): Promise<boolean> =>
  sshKnows({ host, port, fingerprint }, file)

test('a machine is known by its name or address, with its port, and by this key alone', async () => {
  expect(await known('120.1.1.2', 22, plain)).toBe(true)
  expect(await known('Cloud', 22, plain)).toBe(true)
  expect(await known('120.1.1.2', 2222, withPort)).toBe(true)
  expect(await known('120.1.1.2', 22, withPort)).toBe(false)
  expect(await known('120.1.1.3', 22, plain)).toBe(false)
})

test('a hashed name is found; a revoked key is not known', async () => {
  expect(await known('lab.example.edu', 22, hashed)).toBe(true)
  expect(await known('other.example.edu', 22, hashed)).toBe(false)
  expect(await known('120.1.1.9', 22, revoked)).toBe(false)
})

test('without the file nothing is known', async () => {
  const place = { host: '120.1.1.2', port: 22, fingerprint: plain ?? '' }
  expect(await sshKnows(place, join(folder, 'none'))).toBe(false)
})
