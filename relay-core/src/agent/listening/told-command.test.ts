import { expect, it } from 'vitest'
import { splitCommand } from './systems/split-command.ts'
import { toldCommand } from './told-command.ts'

const told = (line: string): string => toldCommand(line.split(' ')).join(' ')

it.each([
  [
    '/opt/v/bin/python3 /opt/v/bin/jupyter-lab --no-browser --port 8889',
    '/opt/v/bin/python3 /opt/v/bin/jupyter-lab --port 8889',
  ],
  [
    '/usr/bin/python3 -u -m vllm.entrypoints.openai.api_server --model Qwen/Qwen2.5-7B',
    '/usr/bin/python3 -m vllm.entrypoints.openai.api_server --model Qwen/Qwen2.5-7B',
  ],
  [
    '/home/a/v/bin/python /home/a/v/bin/streamlit run app.py --server.port=8502',
    '/home/a/v/bin/python /home/a/v/bin/streamlit run app.py --server.port 8502',
  ],
  ['vllm serve Qwen/Qwen2.5-7B-Instruct --port 8000', 'vllm serve Qwen/Qwen2.5-7B-Instruct --port 8000'],
  [
    '/opt/v/bin/python3 -m uvicorn --log-config /opt/v/log.yaml --host 127.0.0.1 --port 5000 --workers 4 mlflow.server.fastapi_app:app',
    '/opt/v/bin/python3 -m uvicorn --port 5000 mlflow.server.fastapi_app:app',
  ],
  ['python3 -W ignore -X dev -Wd /opt/v/bin/jupyter-lab -p 8890', 'python3 /opt/v/bin/jupyter-lab -p 8890'],
  ['python3 -W ignore -m jupyterlab --port=[::1]:8890', 'python3 -m jupyterlab --port [::1]:8890'],
  [
    'python3 /opt/v/bin/vllm serve Qwen/Qwen2.5 --port 8000',
    'python3 /opt/v/bin/vllm serve Qwen/Qwen2.5 --port 8000',
  ],
  ['llama-server -m /m/a.gguf -a small --port 8081', 'llama-server -m /m/a.gguf -a small --port 8081'],
  ['/opt/v/bin/code-server --bind-addr 127.0.0.1:8080', '/opt/v/bin/code-server --bind-addr 127.0.0.1:8080'],
  [
    '/usr/lib/code-server/lib/node /usr/lib/code-server/out/node/entry',
    '/usr/lib/code-server/lib/node /usr/lib/code-server/out/node/entry',
  ],
])('tells what is needed to recognise %s', (line, shown) => {
  expect(told(line)).toBe(shown)
})

it('tells of Windows and macOS what it tells of Linux, also of folders with blanks in their names', () => {
  const folder = String.raw`C:\Users\Alice Smith\v (2)`
  const python = String.raw`${folder}\Python.exe`
  const script = String.raw`${folder}\Scripts\jupyter-lab.exe`
  expect(
    toldCommand([python, '-W', 'ignore', script, '--port=8889', '--ServerApp.token=s3cret', 's3cret']),
  ).toEqual([python, script, '--port', '8889'])
  expect(toldCommand([python, '-m', 'tensorboard.main', '--logdir', String.raw`D:\my runs`])).toEqual([
    python,
    '-m',
    'tensorboard.main',
    '--logdir',
    String.raw`D:\my runs`,
  ])
  expect(told('C:\\s\\llama-server.exe -m D:\\m\\a.gguf')).toBe('C:\\s\\llama-server.exe -m D:\\m\\a.gguf')
  const framework =
    '/opt/homebrew/Frameworks/Python.framework/Versions/3.12/Resources/Python.app/Contents/MacOS/Python'
  expect(told(`${framework} -m jupyterlab s3cret`)).toBe(`${framework} -m jupyterlab`)
})

it.each([
  'C:\\v\\python.exe C:\\server.exe s3cret',
  'C:\\v\\python.exe -c s3cret C:\\x\\s3cret.exe',
  'C:\\Windows\\System32\\cmd.exe /c s3cret',
  'mysqld.exe --password C:\\s3cret',
  'jupyter-lab --ServerApp.token=s3cret',
  'jupyter-lab --ServerApp.token s3cret',
  'vllm serve model --api-key s3cret --port 8000',
  'python3 -c s3cret',
  'python3 server.py s3cret',
  'server s3cret',
  'mlflow server --backend-store-uri postgresql://me:s3cret@db/x',
  'python3 app.py --model https://me:s3cret@host/x',
  'python3 -c code s3cret',
  'python3 - s3cret',
  'python3 server.py -m s3cret -a s3cret',
  'node --no-warnings server.js s3cret',
  'node -p code s3cret',
  'node --eval=code s3cret',
  'bash -e start.sh s3cret',
  'bash -s s3cret',
  'sshpass -p s3cret ssh -N -L 8888:localhost:8888 gpu',
  'redis-server -a s3cret',
  'tool serve s3cret',
])('keeps what may be a secret on the lab box: %s', (line) => {
  expect(told(line)).not.toContain('s3cret')
})

it('stays short and on one line, whatever a program has called itself', () => {
  expect(toldCommand([`sshd:\u001b[31m ${'x'.repeat(9_000)}`])).toEqual(['sshd: [31m'])
  expect(toldCommand(Array.from({ length: 5_000 }, () => 'run')).length).toBeLessThanOrEqual(24)
  expect(toldCommand(['a'.repeat(5_000)])[0]).toHaveLength(200)
  // a half of a character would make the relay believe none of the document
  expect(toldCommand(['a'.repeat(199) + '\u{1d400}'])[0]).toBe('a'.repeat(199))
  expect(toldCommand([''])).toEqual([])
})

it('a quotation mark that somebody left open, or set too early, makes no path of what follows it', () => {
  for (const line of [
    String.raw`"C:\Lab Tools\tool.exe --token hunter2`,
    String.raw`"C:\Lab Tools\tool.exe hunter2`,
    String.raw`cmd.exe /c ""C:\Lab Tools\run.bat" --token hunter2 train.py"`,
  ])
    expect(toldCommand(splitCommand(line)).join(' ')).not.toContain('hunter2')
})
