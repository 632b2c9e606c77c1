import { join, resolve } from 'node:path'
import type { App } from './app-fixture.ts'

/** Beside Playwright's own results, which each run clears. */
const folder = resolve(import.meta.dirname, '../../test-results/screenshots')

/** Keeps a picture of what is on the screen, by host and name. */
export async function shoot(app: App, name: string): Promise<void> {
  const host = app.windows === null ? app.host : 'windows'
  await app.page.screenshot({ path: join(folder, host, `${name}.png`), animations: 'disabled' })
}
