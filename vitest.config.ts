import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/longest-first.ts'

/** A test file fails if it leaves anything open. */
const leakGuard = join(import.meta.dirname, 'test/harness/leaks/leak-guard.ts')

/**
 * Groups, so that a test says by its name what it needs:
 * `*.test.ts` nothing, `*.fuzz.test.ts` a minute of processor time, `*.real.test.ts` spawned programs and real sockets,
 * `*.machine.test.ts` the test bed (root), `*.windows.test.ts` a Windows system by wine (root), `*.platform.test.ts` other
 * processors, C libraries and kernels (root), `*.package.test.ts` packages of the app (root).
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: [leakGuard],
          include: ['{relay-core,electron,build,test}/**/*.test.ts'],
          exclude: [
            '**/*.real.test.ts',
            '**/*.machine.test.ts',
            '**/*.windows.test.ts',
            '**/*.platform.test.ts',
            '**/*.package.test.ts',
            '**/*.fuzz.test.ts',
            '**/node_modules/**',
            '**/dist/**',
            'build/out/**',
          ],
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'fuzz',
          setupFiles: [leakGuard],
          include: ['test/fuzz/*.fuzz.test.ts'],
          maxWorkers: 2,
        },
      },
      {
        extends: './renderer/vite.config.ts',
        test: {
          name: 'renderer',
          setupFiles: [leakGuard],
          root: './renderer',
          include: ['src/**/*.test.ts'],
          environment: 'happy-dom',
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'real',
          setupFiles: [leakGuard],
          include: ['{relay-core,electron,build,test}/**/*.real.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', 'build/out/**'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'machines',
          setupFiles: [leakGuard],
          include: ['test/**/*.machine.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'platforms',
          setupFiles: [leakGuard],
          include: ['test/platforms/*.platform.test.ts'],
          // qemu on a busy computer: the sum of its own deadlines
          testTimeout: 600_000,
          hookTimeout: 900_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'windows',
          setupFiles: [leakGuard],
          include: ['test/**/*.windows.test.ts'],
          exclude: ['**/node_modules/**'],
          // wine starts some programs in a minute on a busy computer
          testTimeout: 600_000,
          // the first one may have to build the root
          hookTimeout: 900_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'packages',
          setupFiles: [leakGuard],
          include: ['test/**/*.package.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
