import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const found = (file: string, pattern: RegExp) => pattern.exec(readFileSync(join(root, file), 'utf8'))?.[1]

it('the running app and its package have one id, by which Windows knows that they belong together', () => {
  const ofPackage = found('build/electron-builder.ts', /appId: '([^']+)'/)
  expect(ofPackage).toMatch(/^[\w.-]+$/)
  expect(found('electron/main/main.ts', /setAppUserModelId\('([^']+)'\)/)).toBe(ofPackage)
})
