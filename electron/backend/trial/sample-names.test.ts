import { expect, test } from 'vitest'
import { sampleNameIn, sampleNames } from './sample-names.ts'

test('names follow the chosen language, else the computer’s', () => {
  expect(sampleNames('zh-CN', 'en-US').server).toBe('这台电脑')
  expect(sampleNames('en', 'zh-CN').server).toBe('This computer')
  expect(sampleNames('system', 'zh-Hans-CN').server).toBe('这台电脑')
  expect(sampleNames('system', 'de-DE').server).toBe('This computer')
})

test('a sample’s name is found in the other language, and a name that a person gave is left alone', () => {
  const chinese = sampleNames('zh-CN')
  expect(sampleNameIn(chinese, 'Sample board')).toBe('示例 TensorBoard')
  expect(sampleNameIn(chinese, '示例主机')).toBe('示例主机')
  expect(sampleNameIn(chinese, 'My board')).toBe(null)
})
