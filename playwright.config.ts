import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import type { AppFixtureOptions, WorkerFixtureOptions } from './test/e2e/app-fixture.ts'

const beside = ['*.machine.spec.ts', '*.windows.spec.ts']
/** Those whose outcome depends on the system of the window, and the one of all that the app is for. */
const onWindows = [
  'welcome.spec.ts',
  'settings.spec.ts',
  'window.spec.ts',
  'trial.spec.ts',
  'files.spec.ts',
  'keys.spec.ts',
  'sign-in.spec.ts',
  'screens.spec.ts',
  'tunnel-kinds.spec.ts',
  'web-address.spec.ts',
  'open-in.spec.ts',
  'main-job.machine.spec.ts',
  '*.windows.spec.ts',
]

/**
 * The same specs against headless in Chromium and against real Electron, here and on Windows. `*.machine.spec.ts` need the test
 * bed, `*.windows.spec.ts` are for Windows alone.
 */
export default defineConfig<AppFixtureOptions, WorkerFixtureOptions>({
  testDir: join(import.meta.dirname, 'test/e2e'),
  outputDir: join(import.meta.dirname, 'test-results/playwright'),
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  reporter: [['list'], [join(import.meta.dirname, 'test/harness/leaks/left-behind.ts')]],
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    { name: 'chromium', testMatch: '*.spec.ts', testIgnore: beside, use: { host: 'headless' } },
    { name: 'chromium-machines', testMatch: '*.machine.spec.ts', use: { host: 'headless' } },
    { name: 'electron', testMatch: '*.spec.ts', testIgnore: beside, use: { host: 'electron' } },
    { name: 'electron-machines', testMatch: '*.machine.spec.ts', use: { host: 'electron' } },
    {
      name: 'windows',
      testMatch: onWindows,
      // wine on two busy cores
      timeout: 300_000,
      expect: { timeout: 45_000 },
      use: { host: 'electron', system: 'windows' },
    },
  ],
})
