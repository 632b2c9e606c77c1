import type { Corrections, Failure } from '@nps-desktop/electron/contract'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { createTexts } from '../locales/index.ts'
import StepFailure from './StepFailure.vue'

const enterSecret = [{ action: 'enter-secret' as const }]
const locked: Failure = {
  code: 'key-passphrase-needed',
  params: { file: '/home/li/.ssh/id', given: 0 },
  message: '',
  fixes: enterSecret,
}
const rejected: Failure = {
  code: 'login-rejected',
  params: { host: 'h', user: 'li', methods: 'password', tried: 'password' },
  message: '',
  fixes: enterSecret,
}

test.each([
  [locked, 'Passphrase of the key', { passphrase: 'word' }],
  [rejected, 'Password', { secret: { kind: 'password', password: 'word' } }],
] as const)('a failed step has a field for what it needs: $0.code', async (failure, label, wanted) => {
  const given: Corrections[] = []
  const panel = mount(StepFailure, {
    props: { failure, handle: {}, correct: (corrections: Corrections) => given.push(corrections) },
    global: { plugins: [createTexts('en')] },
  })
  expect(panel.get('form').text()).toContain(label)
  await panel.get('input').setValue('word')
  await panel.get('form').trigger('submit')
  expect(given).toEqual([wanted])
})
