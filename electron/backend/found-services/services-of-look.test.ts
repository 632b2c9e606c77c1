import { expect, test } from 'vitest'
import { parseLook } from './look-answer.ts'
import { lookOfListening } from './look-of-listening.ts'
import { servicesOf } from './services-of-look.ts'

const args = (...words: string[]): string => words.map((word) => `${word}\x1f`).join('')

/** As Debian 12 printed it, with JupyterLab 4.6.6, TensorBoard 2.21.0 and Python's own web server; two accounts. */
const real = `me 1001 /home/goudan
tcp 0100007F:A5F7 1001 11958111
tcp 0100007F:22B9 1001 11959468
tcp 0100007F:1FBB 1001 11958079
tcp 0100007F:1777 1001 11958176
tcp 0100007F:1F40 1002 11958200
tcp 00000000:0016 0 1200
tcp 00000000000000000000000000000000:0016 0 1201
user 0 root
user 1001 goudan
user 1002 user2
own 15090 11959468
own 15091 11958176
own 15092 11958079
own 15198 11958111
proc 15090 /home/goudan/work
args 15090 ${args('/home/goudan/miniconda3/envs/llm/bin/python3.10', '/home/goudan/miniconda3/envs/llm/bin/jupyter-lab', '--no-browser', '--port', '8889')}
proc 15091 /home/goudan/work
args 15091 ${args('/opt/research/bin/python3', '/opt/research/bin/tensorboard', '--logdir', 'runs', '--port', '6007')}
proc 15092 /home/goudan/work
args 15092 ${args('/usr/bin/python3', '-m', 'http.server', '8123', '--bind', '127.0.0.1')}
proc 15198 /home/goudan/work
args 15198 ${args('/opt/research/lib/python3.11/site-packages/tensorboard_data_server/bin/server', '--logdir=runs', '--port=0')}
ps 1002 /home/user2/v/bin/python /home/user2/v/bin/vllm serve Qwen/Qwen2.5-7B-Instruct --port 8000
ps 0 sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups
jupyter { "base_url": "/", "hostname": "localhost", "password": false, "pid": 15090, "port": 8889, "root_dir": "/home/goudan/project-x", "secure": false, "sock": "", "token": "f1b9", "url": "http://localhost:8889/", "version": "2.21.1"}
tensorboard { "cache_key": "", "db": "", "logdir": "runs", "path_prefix": "", "pid": 15091, "port": 6007, "version": "2.21.0" }
`

test('what listens is told by its owner, its program, and what tells one from another', () => {
  const { known, unknown } = servicesOf(parseLook(real))
  const shown = known.map(({ name, port, owner, isMine, kind, about }) => [
    `${name} ${port} ${owner} ${isMine ? 'mine' : 'not mine'} ${kind}`,
    about.map(({ what, text }) => `${what} ${text}`),
  ])
  expect(shown).toEqual([
    ['Jupyter 8889 goudan mine jupyter', ['folder ~/project-x', 'conda llm']],
    ['TensorBoard 6007 goudan mine tensorboard', ['logdir ~/work/runs', 'venv /opt/research']],
    ['vLLM 8000 user2 not mine llm', ['model Qwen/Qwen2.5-7B-Instruct']],
    ['SSH 22 null not mine ssh', []],
  ])
  // asked for its first page; TensorBoard's loader on a port of the system's choice is nobody's business
  expect(unknown.map(({ port, service }) => `${port} ${service.name}`)).toEqual(['8123 python3'])
  expect(JSON.stringify(known)).not.toContain('f1b9')
})

test.each([
  [['/opt/NPS Desktop/nps-desktop', '--no-sandbox']],
  [['/usr/bin/electron', '--no-sandbox', '/home/me/nps/electron/dist/app/main.js']],
  [['/usr/bin/node', '/home/me/nps/electron/headless/cli.ts', '--port=8123']],
  [['/usr/local/bin/nps', 'run', '-conf_path=/etc/nps']],
  [['C:\\Users\\me\\nps\\npc.exe', '-server=120.1.1.2:8024']],
  [['/usr/bin/node', '/home/me/nps/relay-core/src/cli/npc/npc.ts', 'visit']],
])('the ports of the app, of nps and of npc are no services, where they run on the lab box: %j', (own) => {
  const look = parseLook(`me 1001 /home/me
tcp 0100007F:1F90 1001 7
tcp 0100007F:1F91 1001 8
own 91 7
own 92 8
proc 91 /home/me
args 91 ${args(...own)}
proc 92 /home/me
args 92 ${args('/home/me/bin/npc-like', '--port', '8081')}
`)
  const { known, unknown } = servicesOf(look)
  expect(known).toEqual([])
  expect(unknown.map(({ port }) => port)).toEqual([8081])
})

test('programs that listen under another name are recognised: MLflow behind its workers, code-server', () => {
  // as MLflow 3.17.2 and code-server 4.139.1 ran on Debian 12
  const text = `me 1001 /home/g
tcp 0100007F:1388 1001 7
tcp 0100007F:1F90 1001 8
own 91 7
own 116 7
own 200 8
args 91 ${args('/opt/v/bin/python3', '-m', 'uvicorn', '--host', '127.0.0.1', '--port', '5000', '--workers', '4', 'mlflow.server.fastapi_app:app')}
args 116 ${args('/opt/v/bin/python3', '-c', 'from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=7)', '--multiprocessing-fork')}
args 200 ${args('/usr/lib/code-server/lib/node', '/usr/lib/code-server/out/node/entry')}
`
  const { known } = servicesOf(parseLook(text))
  expect(known.map(({ name, port, kind }) => `${name} ${port} ${kind}`)).toEqual([
    'code-server 8080 code',
    'MLflow 5000 web',
  ])
})

test('a machine without /proc tells of what leaves a file', () => {
  const line = `jupyter ${JSON.stringify({ pid: 7, port: 8890, token: 't', root_dir: 'C:\\Users\\goudan' })}`
  const { known } = servicesOf(parseLook(`ssh 22\n${line}\n`))
  expect(known.map(({ program, target }) => `${program} ${target}`)).toEqual([
    'jupyter 127.0.0.1:8890',
    'ssh 127.0.0.1:22',
  ])
})

test('on Windows programs are known by their names there, folders and environments by its paths', () => {
  const home = 'C:\\Users\\alice'
  const one = (port: number, owner: string | null, ...command: string[]) => {
    const isOwn = owner === 'alice'
    return { host: '127.0.0.1', port, owner, isOwn, command, folder: '' }
  }
  const conda = `${home}\\miniconda3\\envs\\llm`
  const listening = {
    home,
    listeners: [
      one(8889, 'alice', `${conda}\\python.exe`, `${conda}\\Scripts\\jupyter-lab.exe`, '--port', '8889'),
      one(
        6006,
        'alice',
        `${home}\\tb\\Scripts\\Python.exe`,
        '-m',
        'tensorboard.main',
        '--logdir',
        `${home}\\my runs`,
      ),
      one(
        8501,
        'alice',
        'C:\\Python312\\python.exe',
        'C:\\Python312\\Scripts\\streamlit.exe',
        'run',
        'D:\\app.py',
      ),
      one(5000, 'alice', 'C:\\Program Files\\Thing\\thing.exe'),
      one(11_434, 'bob', 'C:\\Users\\bob\\ollama.exe', 'serve'),
      one(22, null, 'sshd.exe'),
      one(3389, null, 'svchost.exe'),
      one(135, null, 'svchost.exe'),
    ],
    others: [],
  }
  const { known, unknown } = servicesOf(lookOfListening(listening))
  expect(
    known.map(({ name, port, owner, about }) => [
      name,
      port,
      owner,
      ...about.map(({ what, text }) => `${what} ${text}`),
    ]),
  ).toEqual([
    ['Jupyter', 8889, 'alice', 'conda llm'],
    ['TensorBoard', 6006, 'alice', 'logdir ~\\my runs', 'venv tb'],
    ['Streamlit', 8501, 'alice', 'script D:\\app.py'],
    ['Ollama', 11_434, 'bob'],
    ['SSH', 22, null],
    ['Remote Desktop', 3389, null],
  ])
  expect(unknown.map(({ service }) => service.name)).toEqual(['thing'])
})

test('a tunnel leads to the address that the service listens on', () => {
  const listener = (address: string, port: string): string => `tcp ${address}:${port} 1001 1\n`
  const own = `me 1001 /home/g\nown 5 1\nproc 5 /home/g\nargs 5 ${args('streamlit', 'run', 'app.py')}\n`
  const targetOf = (address: string): string | undefined =>
    servicesOf(parseLook(own + listener(address, '2135'))).known[0]?.target
  expect(targetOf('00000000')).toBe('127.0.0.1:8501')
  expect(targetOf('0703140A')).toBe('10.20.3.7:8501')
  expect(targetOf('00000000000000000000000001000000')).toBe('[::1]:8501')
  expect(targetOf('0000000000000000FFFF00000703140A')).toBe('10.20.3.7:8501')
  expect(targetOf('B80D0120000000000000000001000000')).toBe('[2001:db8:0:0:0:0:0:1]:8501')
})

test('names of a hostile machine stay short, on one line, and without control characters', () => {
  const evil = `a\x1b[31m${'x'.repeat(5_000)}`
  const text = `me 1001 /home/g\nuser 1002 ${evil}\ntcp 0100007F:1F40 1002 9\nps 1002 vllm serve ${evil}\n`
  const { known } = servicesOf(parseLook(text + 'tcp nonsense\nargs\nown x\n'.repeat(5_000)))
  expect(known).toHaveLength(1)
  const [service] = known
  expect(service?.owner?.length).toBeLessThanOrEqual(64)
  expect(service?.about[0]?.text.length).toBeLessThanOrEqual(200)
  expect(JSON.stringify(service)).not.toMatch(/\\u00|\p{Cc}/u)
})

test('a lab box with a thousand listeners of somebody else is understood at once', () => {
  const command = ['python.exe', ...Array.from({ length: 800 }, () => '-a')]
  const listeners = Array.from({ length: 1_000 }, (_, at) => ({
    host: '127.0.0.1',
    port: 1_000 + at,
    owner: 'bob',
    isOwn: false,
    command,
    folder: '',
  }))
  const look = lookOfListening({ home: '', listeners, others: [] })
  const startedAtMs = performance.now()
  expect(servicesOf(look)).toEqual({ known: [], unknown: [] })
  expect(performance.now() - startedAtMs).toBeLessThan(500)
})
