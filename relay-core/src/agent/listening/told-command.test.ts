import { expect, it } from 'vitest'
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
  [
    '/usr/lib/code-server/lib/node /usr/lib/code-server/out/node/entry',
    '/usr/lib/code-server/lib/node /usr/lib/code-server/out/node/entry',
  ],
])('tells what is needed to recognise %s', (line, shown) => {
  expect(told(line)).toBe(shown)
})

it.each([
  'jupyter-lab --ServerApp.token=s3cret',
  'jupyter-lab --ServerApp.token s3cret',
  'vllm serve model --api-key s3cret --port 8000',
  'python3 -c s3cret',
  'python3 server.py s3cret',
  'server s3cret',
  'mlflow server --backend-store-uri postgresql://me:s3cret@db/x',
  'python3 app.py --model https://me:s3cret@host/x',
])('keeps what may be a secret on the lab box: %s', (line) => {
  expect(told(line)).not.toContain('s3cret')
})

it('stays short and on one line, whatever a program has called itself', () => {
  expect(toldCommand([`sshd:\u001b[31m ${'x'.repeat(9_000)}`])).toEqual(['sshd: [31m'])
  expect(toldCommand(Array.from({ length: 5_000 }, () => 'run')).length).toBeLessThanOrEqual(24)
  expect(toldCommand(['a'.repeat(5_000)])[0]).toHaveLength(200)
  expect(toldCommand([''])).toEqual([])
})
