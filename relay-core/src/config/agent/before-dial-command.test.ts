import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { beforeDialProblem, parseBeforeDial } from './before-dial-command.ts'

const script = resolve('/opt/login')

test('a command is a program and its words; nothing in it is for a shell', () => {
  expect(parseBeforeDial(`${script} -u alice "two words" $(reboot) ; rm`)).toEqual({
    program: script,
    args: ['-u', 'alice', 'two words', '$(reboot)', ';', 'rm'],
  })
  expect(parseBeforeDial(`"${script} here" ""`)).toEqual({ program: `${script} here`, args: [''] })
  expect(beforeDialProblem(`"${script} here" -x`)).toBeNull()
})

test.each([
  'login',
  './login',
  `sh -c "${script}"`,
  '',
  `${script} "half`,
  // what is left in npc.conf of two words in quotation marks
  `${script} here" "-x`,
  `${script} \n`,
  `${script} ${'x'.repeat(2_000)}`,
])('%j is refused in words', (command) => expect(beforeDialProblem(command)).toMatch(/^(needs|has) /))
