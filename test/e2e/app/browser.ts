import { type Browser, chromium } from '@playwright/test'

/** The person's browser: Debian's Chromium. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-sync',
    ],
  })
}

/** The window of the mocks. */
export const usualSize = { width: 1280, height: 820 }
