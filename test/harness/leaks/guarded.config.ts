import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** For the guard's own test: the files that it runs, with nothing but the guard. */
export default defineConfig({
  test: {
    include: [join(import.meta.dirname, '{leaky,tidy}.ts')],
    setupFiles: [join(import.meta.dirname, 'leak-guard.ts')],
  },
})
