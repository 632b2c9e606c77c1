import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumPath, startChromium } from '../../harness/chromium.ts'
import type { Command } from '../place.ts'

/** At 5 Mbit/s JupyterLab takes half a minute. */
const loadTimeoutMs = 180_000

/** Milliseconds until a page shows `text`, in a real Chromium that is started where `inPlace` says and has nothing of the page yet. */
export async function firstLoad(
  inPlace: (command: Command) => Command,
  { url, text }: { url: string; text: string },
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-bench-browser-'))
  try {
    const start = join(folder, 'chromium')
    const { program, args } = inPlace({ program: chromiumPath, args: [] })
    await writeFile(start, `#!/bin/sh\nexec ${[program, ...args].join(' ')} "$@"\n`)
    await chmod(start, 0o755)
    await using browser = await startChromium({ program: start })
    const page = await browser.newPage()
    const beganAtMs = performance.now()
    await page.goto(url, { timeout: loadTimeoutMs, waitUntil: 'commit' })
    await page.getByText(text, { exact: true }).first().waitFor({ timeout: loadTimeoutMs })
    return performance.now() - beganAtMs
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
