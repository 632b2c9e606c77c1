import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isSettingKey, settings, type SettingEffect } from '../../api/conf/settings.ts'

const document = readFileSync(join(import.meta.dirname, '../../../../docs/cli.md'), 'utf8')
const [, section = ''] = document.split('\n## What a changed setting does\n')
const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| (`.*`) \| (.*) \|$/gm)]
const keysIn = (text: string) => [...text.matchAll(/`(\w+)`/g)].map(([, key = '']) => key)

const words: Record<SettingEffect, string> = {
  live: 'takes effect at once',
  reopen: 'at once; its port is closed and opened again',
  restart: 'waits for `nps restart`',
}

test('docs/cli.md says of every key what a change of it does, each once', () => {
  const told = rows.flatMap(([, keys = '', effect = '']) => keysIn(keys).map((key) => ({ key, effect })))
  expect(told.map(({ key }) => key).toSorted()).toEqual(Object.keys(settings).toSorted())
  const lies = told.filter(
    ({ key, effect }) => !isSettingKey(key) || !effect.startsWith(words[settings[key].effect]),
  )
  expect(lies).toEqual([])
})

test('docs/cli.md names the secret ones', () => {
  const line = /^Never shown unasked: (.*)\.$/m.exec(section)?.[1] ?? ''
  const secret = Object.entries(settings).filter(([, setting]) => 'secret' in setting)
  expect(keysIn(line)).toEqual(secret.map(([key]) => key))
})
