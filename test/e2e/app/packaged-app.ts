import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium, expect } from '@playwright/test'
import { electronArguments } from '../../../build/electron-binary.ts'
import { startTimeoutMs } from './running-app.ts'

/** The folder that `node build/app/package.ts --try-out` leaves, and the program in it. */
export const packagedFolder = join(
  resolve(import.meta.dirname, '../../..'),
  'build/out/package/linux-unpacked',
)
export const packagedProgram = join(packagedFolder, 'nps-desktop')

/** The app as a package starts it: what it has written. */
type Speaking = Pick<Awaited<ReturnType<typeof startPackage>>, 'said'>

/** The package as its user starts it, with a data folder of its own unless `env` names one, and what it wrote. */
export async function startPackage(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'nps-desktop-package-'))
  const child = spawn(packagedProgram, [...electronArguments, ...args], {
    env: { ...process.env, NPS_DESKTOP_DATA: dataFolder, LANGUAGE: 'en', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let said = ''
  child.stdout.on('data', (part: Buffer) => (said += part.toString()))
  child.stderr.on('data', (part: Buffer) => (said += part.toString()))
  return {
    said: () => said,
    exited,
    /** Ends it as the end of a person's session does. */
    async quit(): Promise<void> {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await exited
    },
    async [Symbol.asyncDispose]() {
      await this.quit()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

/** Its page, where Chromium's own debugging listens (`--remote-debugging-port=0`), which has no part in Node. */
export async function pageOf(app: Speaking) {
  await expect(() => expect(app.said()).toMatch(/DevTools listening on ws:/)).toPass({
    timeout: startTimeoutMs,
  })
  const address = /DevTools listening on (ws:\S+)/.exec(app.said())?.[1] ?? ''
  const browser = await chromium.connectOverCDP(address, { timeout: startTimeoutMs })
  const [context] = browser.contexts()
  if (!context) throw new Error('the app has no window')
  const page = context.pages()[0] ?? (await context.waitForEvent('page'))
  return { browser, page }
}
