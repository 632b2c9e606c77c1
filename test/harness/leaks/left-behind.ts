import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Reporter, TestCase } from '@playwright/test/reporter'
import { takeFreeSlots } from '../../testbed/slot.ts'
import { processesMarked } from './left-processes.ts'

/** What ends asynchronously may take this long after the last test; nothing tells when, so it is asked. */
const graceMs = 10_000
const askIntervalMs = 100

/** Where a bed leaves something when it is killed: network namespaces, machines, and the machines' disks. */
const bedFolders = ['/run/netns', '/run/systemd/nspawn/propagate', '/var/tmp']

/** Playwright's own: compiled specs, and what it removes itself. */
const ofPlaywright = /^(playwright|\.)/

/**
 * A reporter of Playwright: the run fails if a program, a machine, a network namespace or a temporary folder is left behind by its
 * end, and names the spec after which it was first seen. Programs are known by a mark in their environment; the temporary
 * folders of the run lie in one of its own.
 */
export default class LeftBehind implements Reporter {
  readonly #mark = `NPS_TEST_RUN=${randomUUID()}`
  readonly #seenAfter = new Map<string, string>()
  #folder = ''
  #before: ReadonlySet<string> = new Set()

  onBegin(): void {
    this.#folder = mkdtempSync(join(tmpdir(), 'nps-specs-'))
    this.#before = new Set(inBedFolders())
    const [name = '', value = ''] = this.#mark.split('=')
    // for the workers, which are started later
    process.env[name] = value
    process.env['TMPDIR'] = this.#folder
  }

  /** By then the next test may have begun, of the same spec nearly always: the title would promise too much. */
  onTestEnd({ location }: TestCase): void {
    const test = relative(process.cwd(), location.file)
    for (const thing of [...this.#programsAndFolders(), ...this.#ofBeds()])
      if (!this.#seenAfter.has(thing)) this.#seenAfter.set(thing, test)
  }

  async onEnd(): Promise<{ status: 'failed' } | undefined> {
    const deadlineMs = performance.now() + graceMs
    let left = await this.#left()
    while (left.length > 0 && performance.now() < deadlineMs) {
      await pause(askIntervalMs)
      left = await this.#left()
    }
    rmSync(this.#folder, { recursive: true, force: true })
    if (left.length === 0) return undefined
    console.log('left behind after the last test:')
    for (const thing of left)
      console.log(`- ${thing}, first seen after ${this.#seenAfter.get(thing) ?? 'the last test'}`)
    return { status: 'failed' }
  }

  async #left(): Promise<string[]> {
    return [...this.#programsAndFolders(), ...(await this.#ofNobody())]
  }

  #programsAndFolders(): string[] {
    return [
      ...processesMarked(this.#mark).map((program) => `program ${program}`),
      ...readdirSync(this.#folder).flatMap((name) => (ofPlaywright.test(name) ? [] : [`folder ${name}`])),
    ]
  }

  #ofBeds(): string[] {
    return inBedFolders().filter((path) => !this.#before.has(path))
  }

  /** Of beds that no process holds: those of another run on this computer are not ours. */
  async #ofNobody(): Promise<string[]> {
    const left = this.#ofBeds()
    if (left.length === 0) return []
    const free = await takeFreeSlots()
    for (const slot of free) slot.release()
    return left.filter((path) => free.some(({ prefix }) => path.includes(`/${prefix}`)))
  }
}

function inBedFolders(): string[] {
  return bedFolders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.startsWith('npsbed'))
        .map((name) => join(folder, name)),
    )
}
