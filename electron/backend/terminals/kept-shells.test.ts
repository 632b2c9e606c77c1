import { expect, it } from 'vitest'
import { parseKept } from './kept-shells.ts'

it('reads what tmux lists, and passes over what is not ours', () => {
  const text = [
    'tAbc1234567 1790000000 python /home/alice/project x',
    'work 1790000000 vim /home/alice',
    'tAbc1234568 1790000060 my tool /',
    '',
  ].join('\n')
  expect(parseKept(text)).toEqual([
    { id: 'tAbc1234567', startedAtMs: 1_790_000_000_000, command: 'python', folder: '/home/alice/project x' },
    { id: 'tAbc1234568', startedAtMs: 1_790_000_060_000, command: 'my tool', folder: '/' },
  ])
})

it('takes from the names of programs and folders what turns letters round', () => {
  expect(parseKept('tAbc1234567 1790000000 py\u202ethon /home/\u2066x')).toMatchObject([
    { command: 'py thon', folder: '/home/ x' },
  ])
})
