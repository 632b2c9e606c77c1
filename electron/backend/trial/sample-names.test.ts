import { expect, test } from 'vitest'
import { sampleNameIn, sampleNames } from './sample-names.ts'

test('a sample’s name is found in the other language, and a name that a person gave is left alone', () => {
  const chinese = sampleNames['zh-CN']
  expect(sampleNameIn(chinese, 'Sample board')).toBe('示例 TensorBoard')
  expect(sampleNameIn(chinese, '示例主机')).toBe('示例主机')
  expect(sampleNameIn(chinese, 'My board')).toBe(null)
})
