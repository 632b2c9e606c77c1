import { expect, test } from 'vitest'
import { sampleNames } from './sample-names.ts'

test('names follow the chosen language, else the computer’s', () => {
  expect(sampleNames('zh-CN', 'en-US').server).toBe('这台电脑')
  expect(sampleNames('en', 'zh-CN').server).toBe('This computer')
  expect(sampleNames('system', 'zh-Hans-CN').server).toBe('这台电脑')
  expect(sampleNames('system', 'de-DE').server).toBe('This computer')
})
