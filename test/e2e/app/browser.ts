import { type Browser, chromium } from '@playwright/test'

/** The person's browser: Debian's Chromium. `more`: further flags of it. */
export function startBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
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

/** The window of the mocks. */
export const usualSize = { width: 1280, height: 820 }
