import { type Browser, chromium } from '@playwright/test'

/** Debian's. */
export const chromiumPath = '/usr/bin/chromium'

/**
 * A Chromium that asks nobody for anything by itself. `program`: what starts it; `more`: further flags of it. It ends with this program's pipe to
 * it. Playwright would end this program at once at a signal, and leave behind what it has started.
 */
export function startChromium({
  program = chromiumPath,
  more = [],
}: { program?: string; more?: readonly string[] } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-sync',
      ...more,
    ],
  })
}
