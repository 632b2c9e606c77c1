import { join } from 'node:path'
import { defineConfig } from '@playwright/test'

/** For the guard's own test: the specs that it runs, with nothing but the guard. */
export default defineConfig({
  testDir: import.meta.dirname,
  testMatch: '*.playwright.ts',
  workers: 1,
  reporter: [['dot'], [join(import.meta.dirname, 'left-behind.ts')]],
})
