import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RelayError } from '../api/errors.ts'
import { silentLog } from '../log/log.ts'
import { ownerOnly } from '../testing/owner-only.ts'
import { knownRelay } from './known-relay.ts'
import { ServerNotes } from './server-notes.ts'

const one = `sha256:${Buffer.alloc(32, 1).toString('base64url')}`
const other = `sha256:${Buffer.alloc(32, 2).toString('base64url')}`

describe('known relay', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'npc-pins-'))
    path = join(folder, 'pins.json')
  })
  afterEach(() => rm(folder, { recursive: true }))

  const known = (server: string, fingerprint?: string) =>
    knownRelay({
      server,
      fingerprint,
      pinFile: new ServerNotes(path, 'the list of pinned relays (npc -fingerprint=... does without)'),
      log: silentLog,
    })

  it('takes the first key it sees, also after a restart, for that server only', async () => {
    const first = known('a:1')
    await first.load()
    first.check(one)
    await first.remember(one)
    expect((await stat(path)).mode & 0o777).toBe(ownerOnly)

    const later = known('a:1')
    await later.load()
    later.check(one)
    expect(() => later.check(other)).toThrow(RelayError)
    const elsewhere = known('b:1')
    await elsewhere.load()
    elsewhere.check(other)
    await elsewhere.remember(other)
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ 'a:1': one, 'b:1': other })
  })

  it('names both keys when it refuses one', () => {
    expect(() => known('a:1', one).check(other)).toThrow(new RegExp(`${other}.*${one}.*-fingerprint`))
  })

  it('reads a key it was told in hex too, and pins none then', async () => {
    const told = known('a:1', `sha256:${Buffer.alloc(32, 1).toString('hex')}`)
    await told.load()
    told.check(one)
    await told.remember(one)
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })

  it.each(['{"a:1":', '{"b:1":7}', '[]', '"a:1"', 'null'])(
    'does not take the pin file %s, which it cannot read, for an empty one',
    async (text) => {
      await writeFile(path, text)
      await expect(known('a:1').load()).rejects.toThrow(/pins\.json.*-fingerprint/)
    },
  )
})
