import { startChoices } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { parseChoices } from './start-choices.ts'

const env = (...fields: string[]): string => `env\t${fields.join('\t')}`

/** As Debian 12 printed it, with a conda and a uv environment added. */
const told = [
  'home\t/home/goudan',
  'user\tgoudan',
  'ports\t0016 22B8 1776 ',
  'keep\tsystemd-user',
  'keep\ttmux',
  env('conda', '/home/goudan/miniconda3/bin/python', '3.11', '', '', '', '', 'pip'),
  env('conda', '/home/goudan/miniconda3/envs/llm/bin/python', '3.10', '4.2.1', '7.2.0', '', '2.4.0'),
  env('uv', '/home/goudan/project-x/.venv/bin/python', '3.12', '', '7.2.2', '2.21.0', ''),
  env('venv', '/opt/research/bin/python', '3.11', '4.6.6', '7.6.5', '2.21.0', ''),
  env('system', '/usr/bin/python3', '3.11', '', '', '', ''),
  'events\t/home/goudan/runs/first/events.out.tfevents.1.lab.5.0',
  'events\t/home/goudan/runs/second/events.out.tfevents.1.lab.4.0',
  'events\t/home/goudan/alone/events.out.tfevents.1.lab.3.0',
].join('\n')

test('environments with the program first, the last used one before all, and the first free port', () => {
  const choices = parseChoices(told, 'jupyter', {
    environment: '/opt/research/bin/python',
    folder: '~/project-x',
  })
  expect(choices?.environments.map(({ name, kind, program }) => [name, kind, program])).toEqual([
    ['/opt/research', 'venv', 'JupyterLab 4.6.6'],
    ['llm', 'conda', 'JupyterLab 4.2.1'],
    ['project-x/.venv', 'uv', 'Notebook 7.2.2'],
    ['base', 'conda', null],
    ['python3', 'system', null],
  ])
  expect(choices).toMatchObject({
    user: 'goudan',
    port: 8889,
    folders: ['~/project-x', '~'],
    keptBy: 'systemd-user',
    canRestart: true,
  })
})

test('a board is offered the folders that its runs lie in, newest first', () => {
  const choices = parseChoices(told.replace('keep\tsystemd-user\n', ''), 'tensorboard', null)
  expect(choices?.folders).toEqual(['~/runs', '~/alone', '~'])
  expect(choices?.port).toBe(6007)
  expect(choices?.environments.filter(({ program }) => program !== null)).toHaveLength(2)
  expect(choices).toMatchObject({ keptBy: 'tmux', canRestart: false })
})

test('what is no plain path is not offered to be run, and a machine that tells nothing has no choices', () => {
  const evil = [
    env('venv', 'bin/python', '3', '4'),
    env('venv', '/a\x1b[2J/bin/python', '3', '4'),
    env('x', '/b', '3', '4'),
  ]
  expect(parseChoices(`home\t/h\n${evil.join('\n')}`, 'jupyter', null)?.environments).toEqual([])
  expect(parseChoices('', 'jupyter', null)).toBeNull()
})

test('where none has the program a new environment comes first, then those that it can be installed in', () => {
  const bare = [
    'home\t/home/goudan',
    env('conda', '/home/goudan/miniconda3/bin/python', '3.11', '', '', '', '', 'pip'),
    env('uv', '/home/goudan/x/.venv/bin/python', '3.12', '', '', '', '', 'uv'),
    env('system', '/usr/bin/python3', '3.11', '', '', '', '', ''),
    'new\t/usr/bin/python3\t3.11',
  ].join('\n')
  const ways = (what: 'jupyter' | 'tensorboard'): unknown =>
    parseChoices(bare, what, null)?.environments.map(({ kind, path, installs }) => [kind, path, installs?.by])
  expect(ways('jupyter')).toEqual([
    ['new', '/home/goudan/.local/share/nps-desktop/python/bin/python', 'venv'],
    ['conda', '/home/goudan/miniconda3/bin/python', 'pip'],
    ['uv', '/home/goudan/x/.venv/bin/python', 'uv'],
    ['system', '/usr/bin/python3', undefined],
  ])
  // the app's own, made for the other program, is not made again
  const own = env(
    'venv',
    '/home/goudan/.local/share/nps-desktop/python/bin/python',
    '3.11',
    '',
    '',
    '2.2',
    '',
    'pip',
  )
  expect(
    parseChoices(`${bare}\n${own}`, 'jupyter', null)?.environments.map(({ kind, installs }) => [
      kind,
      installs?.by,
    ]),
  ).toEqual([
    ['conda', 'pip'],
    ['uv', 'uv'],
    ['system', undefined],
    ['venv', 'pip'],
  ])
  // one that has it needs no new one
  const board = env('venv', '/opt/r/bin/python', '3.11', '', '', '2.21.0', '')
  const kinds = parseChoices(`${bare}\n${board}`, 'tensorboard', null)?.environments.map(({ kind }) => kind)
  expect(kinds).toEqual(['venv', 'conda', 'uv', 'system'])
})

test('what is offered can be chosen, and no word of it turns letters round', () => {
  const odd = [
    'home\t/home/goudan',
    'user\tgou\u202edan',
    env('venv', '/opt/a/bin/python', '3.\u202e11', '', '', '2.\u001b[31m0', '2.\u20281', ''),
    'events\t/home/goudan/ru\u202ens/one/events.out.tfevents.1',
    'events\t/home/goudan/\u001bruns/one/events.out.tfevents.1',
    `events\t/home/goudan/fine/one/events.out.tfevents.1`,
  ].join('\n')
  const choices = parseChoices(odd, 'tensorboard', null)
  expect(choices?.folders).toEqual(['~/fine', '~'])
  expect(JSON.stringify(choices)).not.toMatch(/[\p{Bidi_Control}\p{Zl}]|\\u00/u)
  expect(choices?.user).toBe('gou dan')
})

test('a home that is too long for any path is offered no new environment there', () => {
  const choices = parseChoices(`home\t/${'x'.repeat(600)}\nnew\t/usr/bin/python3\t3.11`, 'jupyter', null)
  expect(startChoices.safeParse(choices).error).toBeUndefined()
})
