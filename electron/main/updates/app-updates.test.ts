import { ManualClock } from '@nps-desktop/relay-core/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { AppUpdates, type Install } from './app-updates.ts'
import type { UpdateSource } from './update-source.ts'

const hourMs = 60 * 60 * 1_000
const builtInAddress = 'https://updates.example.org/'
const usual = { checkForUpdates: true, updateAddress: '', downloadUpdates: false }

/** A source whose answers the test gives, in the order of the questions. */
class ScriptedSource implements UpdateSource {
  readonly asked: string[] = []
  #find = Promise.withResolvers<{ version: string } | null>()
  #fetch = Promise.withResolvers<{ file: string }>()
  onPercent: (percent: number) => void = () => undefined
  installs = false
  stops = 0

  find(address: string) {
    this.asked.push(address)
    this.#find = Promise.withResolvers()
    return this.#find.promise
  }

  fetch(onPercent: (percent: number) => void) {
    this.asked.push('file')
    this.onPercent = onPercent
    this.#fetch = Promise.withResolvers()
    return this.#fetch.promise
  }

  stop(): void {
    this.stops += 1
  }

  installOnQuit(isOn: boolean): void {
    this.installs = isOn
  }

  async found(version: string | null): Promise<void> {
    this.#find.resolve(version === null ? null : { version })
    await settled()
  }

  async notFound(error: Error): Promise<void> {
    this.#find.reject(error)
    await settled()
  }

  async fetched(file = '/cache/app.bin'): Promise<void> {
    this.#fetch.resolve({ file })
    await settled()
  }

  async notFetched(error: Error): Promise<void> {
    this.#fetch.reject(error)
    await settled()
  }
}

/** What was waiting for a promise has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

function open(install: Install = 'on-quit') {
  const source = new ScriptedSource()
  const clock = new ManualClock()
  const updates = new AppUpdates({ builtInAddress, source, install, clock })
  return { source, clock, updates, [Symbol.dispose]: () => updates.close() }
}

describe('newer versions', () => {
  it('are looked for at the start and each day, and found ones are downloaded when the person says so', async () => {
    using app = open()
    app.updates.choose(usual)
    expect(app.updates.state).toEqual({ state: 'checking' })
    await app.source.found(null)
    expect(app.updates.state).toEqual({ state: 'newest', atMs: app.clock.now() })
    app.clock.advance(23 * hourMs)
    expect(app.source.asked).toEqual([builtInAddress])
    app.clock.advance(hourMs)
    expect(app.source.asked).toEqual([builtInAddress, builtInAddress])
    await app.source.found('1.0.1')
    expect(app.updates.state).toEqual({ state: 'available', version: '1.0.1' })
    app.updates.download()
    app.source.onPercent(41.7)
    expect(app.updates.state).toEqual({ state: 'downloading', version: '1.0.1', percent: 41 })
    expect(app.source.installs).toBe(true)
    await app.source.fetched()
    const ready = { state: 'ready', version: '1.0.1', file: '/cache/app.bin', command: null }
    expect(app.updates.state).toEqual(ready)
    app.clock.advance(48 * hourMs)
    expect(app.updates.state).toEqual(ready)
  })

  it('are looked for soon after a computer that slept over the day wakes', async () => {
    using app = open()
    app.updates.choose(usual)
    await app.source.found(null)
    app.clock.sleep(30 * hourMs)
    app.clock.advance(hourMs)
    expect(app.source.asked).toHaveLength(2)
  })

  it('are downloaded at once where the person chose that, also after they were found', async () => {
    using app = open()
    app.updates.choose(usual)
    await app.source.found('1.0.1')
    app.updates.choose({ ...usual, downloadUpdates: true })
    expect(app.updates.state.state).toBe('downloading')
  })

  it('of a package are verified, and never installed by the app', async () => {
    using app = open((file) => `sudo apt install ${file}`)
    app.updates.choose({ ...usual, downloadUpdates: true })
    await app.source.found('1.0.1')
    await app.source.fetched('/cache/app.deb')
    expect(app.updates.state).toMatchObject({ state: 'ready', command: 'sudo apt install /cache/app.deb' })
    expect(app.source.installs).toBe(false)
  })

  it('are asked for nowhere while the switch is off, and nothing that was ready is installed', async () => {
    using app = open()
    app.updates.choose({ ...usual, checkForUpdates: false })
    app.updates.check()
    app.clock.advance(100 * hourMs)
    expect(app.source.asked).toEqual([])
    app.updates.choose({ ...usual, downloadUpdates: true })
    await app.source.found('1.0.1')
    await app.source.fetched()
    app.updates.choose({ ...usual, checkForUpdates: false })
    expect([app.updates.state, app.source.installs]).toEqual([{ state: 'off' }, false])
    expect(app.clock.waiting).toBe(0)
  })

  it('switched off during a download, it ends, and what comes of it later changes nothing', async () => {
    using app = open()
    app.updates.choose({ ...usual, downloadUpdates: true })
    await app.source.found('1.0.1')
    app.updates.choose({ ...usual, checkForUpdates: false })
    expect(app.source.stops).toBe(1)
    app.source.onPercent(90)
    await app.source.fetched()
    expect([app.updates.state, app.source.installs]).toEqual([{ state: 'off' }, false])
  })

  it('come from the address of the person instead, and another choice asks nothing again', async () => {
    using app = open()
    app.updates.choose(usual)
    await app.source.found(null)
    app.updates.choose({ ...usual, downloadUpdates: true })
    expect(app.source.asked).toHaveLength(1)
    app.updates.choose({ ...usual, updateAddress: 'https://mirror.example.org/nps' })
    expect(app.source.asked.at(-1)).toBe('https://mirror.example.org/nps/')
  })

  it('are looked for nowhere without an address, or with one that is not allowed', () => {
    const source = new ScriptedSource()
    using updates = Object.assign(new AppUpdates({ builtInAddress: '', source, install: 'on-quit' }), {
      [Symbol.dispose]() {
        updates.close()
      },
    })
    updates.choose(usual)
    expect(updates.state).toEqual({ state: 'no-address' })
    updates.choose({ ...usual, updateAddress: 'http://updates.example.org' })
    expect([updates.state, source.asked]).toEqual([{ state: 'no-address' }, []])
  })

  it('that could not be looked for are a state with its reason, and the day after it is tried again', async () => {
    using app = open()
    app.updates.choose(usual)
    await app.source.notFound(new Error('net::ERR_NAME_NOT_RESOLVED'))
    expect(app.updates.state).toMatchObject({
      state: 'failed',
      version: null,
      failure: { code: 'update-unreachable', params: { reason: 'net::ERR_NAME_NOT_RESOLVED' } },
    })
    app.clock.advance(24 * hourMs)
    expect(app.updates.state).toEqual({ state: 'checking' })
  })

  it('with another hash are refused, and can be tried again', async () => {
    using app = open()
    app.updates.choose({ ...usual, downloadUpdates: true })
    await app.source.found('1.0.1')
    const mismatch = Object.assign(new Error('sha512 checksum mismatch'), { code: 'ERR_CHECKSUM_MISMATCH' })
    await app.source.notFetched(mismatch)
    expect(app.updates.state).toMatchObject({
      state: 'failed',
      version: '1.0.1',
      failure: { code: 'update-refused' },
    })
    expect(app.source.installs).toBe(false)
    app.updates.download()
    await app.source.fetched()
    expect(app.updates.state.state).toBe('ready')
  })

  it('of which nothing more comes for a minute are given up, a slow download is not', async () => {
    using app = open()
    app.updates.choose(usual)
    app.clock.advance(60_000)
    expect(app.updates.state).toMatchObject({ state: 'failed', failure: { code: 'update-unreachable' } })
    expect(app.source.stops).toBe(1)
    app.updates.check()
    await app.source.found('1.0.1')
    app.updates.download()
    for (let percent = 0; percent < 100; percent += 10) {
      app.clock.advance(50_000)
      app.source.onPercent(percent)
    }
    expect(app.updates.state).toMatchObject({ state: 'downloading', percent: 90 })
    app.clock.advance(60_000)
    expect(app.updates.state).toMatchObject({ state: 'failed', version: '1.0.1' })
  })
})
