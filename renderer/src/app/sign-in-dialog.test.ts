import type { SignInQuestion } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { hearing } from '../testing/hearing.ts'
import { buttonCalled, mountPage } from '../testing/mount-page.ts'
import SignInDialog from './SignInDialog.vue'

const question: SignInQuestion = {
  id: 'q1',
  machine: 'lab-a100',
  user: 'goudan',
  instructions: '<b>Welcome</b>',
  prompts: [
    { text: 'Choose:\n1. Push\nOption:', echo: true },
    { text: 'Verification code:', echo: false },
  ],
  isPassword: false,
  isAgain: false,
  untilMs: Date.now() + 90_000,
}

/** The dialog over these questions, and what was called. */
async function open(...asked: SignInQuestion[]) {
  const { calls, heard } = hearing()
  const page = await mountPage(SignInDialog, {
    answers: {
      signIn: {
        questions: async () =>
          (async function* () {
            yield asked
          })(),
        answer: heard('answer'),
        leave: heard('leave'),
      },
    },
  })
  await flushPromises()
  const dialog = (): HTMLElement | null => document.querySelector('[role="dialog"]')
  return Object.assign(page, { calls, dialog })
}

function type(input: HTMLInputElement | undefined, text: string): void {
  if (!input) throw new Error('no such field')
  input.value = text
  input.dispatchEvent(new Event('input'))
}

test('the words of the machine are shown as text, and each answer goes to its prompt', async () => {
  await using page = await open(question)
  const fields = [...(page.dialog()?.querySelectorAll('input') ?? [])]
  expect(fields.map(({ type: kind }) => kind)).toEqual(['text', 'password'])
  expect(page.dialog()?.querySelector('pre')?.textContent).toBe('<b>Welcome</b>\nChoose:\n1. Push')
  expect([...(page.dialog()?.querySelectorAll('label') ?? [])].map((label) => label.textContent)).toEqual([
    'Option:',
    'Verification code:',
  ])
  expect(document.activeElement).toBe(fields[0])
  type(fields[0], '1')
  type(fields[1], '424242')
  page.dialog()?.querySelector('form')?.requestSubmit()
  await flushPromises()
  expect(page.calls).toEqual([['answer', { questionId: 'q1', answers: ['1', '424242'] }]])
  expect(page.dialog()).toBeNull()
})

test('Cancel leaves the question, and the next one is shown', async () => {
  const wrong = { ...question, id: 'q2', machine: 'lab-v100', isPassword: true, prompts: [], isAgain: true }
  await using page = await open(question, wrong)
  buttonCalled('Cancel').click()
  await flushPromises()
  expect(page.calls).toEqual([['leave', { questionId: 'q1' }]])
  expect(page.dialog()?.textContent).toContain('Sign in to lab-v100')
  expect(page.dialog()?.textContent).toContain('lab-v100 did not accept that.')
  expect(page.dialog()?.textContent).toContain('Password of goudan')
})
