import { expect, test } from 'vitest'
import { lookOfListening } from './look-of-listening.ts'
import { servicesOf } from './services-of-look.ts'

const mine = { host: '127.0.0.1', owner: 'alice', isOwn: true, folder: '/home/alice/work' }
const nobodys = { host: '127.0.0.1', isOwn: false, command: [], folder: '' }

test('what npc tells is read as a look over ssh is: whose it is, which program, and what tells one from another', () => {
  const look = lookOfListening({
    home: '/home/alice',
    listeners: [
      {
        ...mine,
        port: 8889,
        command: [
          '/home/alice/m/envs/llm/bin/python3',
          '/home/alice/m/envs/llm/bin/jupyter-lab',
          '--port',
          '8889',
        ],
      },
      {
        ...mine,
        host: 'fd00:0:0:0:0:0:0:7',
        port: 6007,
        command: ['/usr/bin/python3', '/usr/bin/tensorboard', '--logdir', 'runs'],
      },
      { ...mine, port: 7860, command: ['python3', 'app.py'] },
      { ...nobodys, port: 8000, owner: 'bob' },
      { ...nobodys, port: 9999, owner: 'bob' },
      { ...nobodys, port: 22, owner: null },
    ],
    others: [
      { owner: 'bob', command: ['/home/bob/bin/vllm', 'serve', 'Qwen/Qwen2.5-7B', '--port', '8000'] },
      { owner: null, command: ['sshd:'] },
    ],
  })
  const { known, unknown } = servicesOf(look)
  expect(
    known.map(({ name, target, owner, isMine, about }) => [
      name,
      target,
      owner,
      isMine,
      about.map(({ text }) => text).join(' '),
    ]),
  ).toEqual([
    ['Jupyter', '127.0.0.1:8889', 'alice', true, '~/work llm'],
    ['TensorBoard', '[fd00:0:0:0:0:0:0:7]:6007', 'alice', true, '~/work/runs'],
    ['vLLM', '127.0.0.1:8000', 'bob', false, 'Qwen/Qwen2.5-7B'],
    ['SSH', '127.0.0.1:22', null, false, ''],
  ])
  expect(unknown.map(({ service }) => [service.name, service.target])).toEqual([['app.py', '127.0.0.1:7860']])
})

test('a lab box whose npc runs as root tells of the same', () => {
  const { known } = servicesOf(
    lookOfListening({
      home: '/root',
      listeners: [
        { ...mine, owner: 'root', port: 8888, command: ['python3', '/usr/bin/jupyter-lab'] },
        { ...nobodys, port: 8000, owner: 'bob', command: ['/home/bob/bin/vllm', 'serve', 'm'] },
      ],
      others: [],
    }),
  )
  expect(known.map(({ name, owner, isMine }) => [name, owner, isMine])).toEqual([
    ['Jupyter', 'root', true],
    ['vLLM', 'bob', false],
  ])
})
