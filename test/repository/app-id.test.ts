import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { builderConfiguration } from '../../build/electron-builder.ts'

it('the running app and its package have one id, by which Windows knows that they belong together', () => {
  const main = readFileSync(join(resolve(import.meta.dirname, '../..'), 'electron/main/main.ts'), 'utf8')
  expect(main).toContain(`app.setAppUserModelId('${builderConfiguration.appId}')`)
})
