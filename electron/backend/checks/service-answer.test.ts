import { expect, test } from 'vitest'
import { answerOf } from './service-answer.ts'

const http = (body: string, head = 'Server: TornadoServer/6.4'): string =>
  `HTTP/1.1 200 OK\r\n${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`

test('an ssh banner is right, also after other lines, and only when its line is whole', () => {
  expect(answerOf('ssh', 'SSH-2.0-OpenSSH_9.2p1', false)).toBeNull()
  expect(answerOf('ssh', 'SSH-2.0-OpenSSH_9.2p1\r\n', false)).toEqual({
    state: 'right',
    seen: 'SSH-2.0-OpenSSH_9.2p1',
  })
  expect(answerOf('ssh', 'Welcome\r\nSSH-2.0-x\r\n', false)).toMatchObject({ state: 'right' })
  expect(answerOf('ssh', 'HTTP/1.1 400 Bad Request\r\n\r\n', true)).toMatchObject({ state: 'wrong' })
})

test('Jupyter is known by its version, in however many pieces it comes', () => {
  const whole = http('{"version": "2.14.2"}')
  for (let length = 1; length < whole.length; length += 1) {
    expect(answerOf('jupyter', whole.slice(0, length), false)).toBeNull()
  }
  expect(answerOf('jupyter', whole, false)).toEqual({ state: 'right', seen: 'version 2.14.2' })
})

test('TensorBoard is known by its data location', () => {
  expect(answerOf('tensorboard', http('{"data_location": "/tmp", "window_title": ""}'), false)).toMatchObject(
    {
      state: 'right',
    },
  )
  expect(answerOf('tensorboard', http('{"version": "2.14.2"}'), false)).toMatchObject({ state: 'wrong' })
})

test('something else is named by its title, its server or its first line', () => {
  expect(answerOf('jupyter', http('<title>code-server</title>'), false)).toEqual({
    state: 'wrong',
    seen: 'code-server',
  })
  expect(answerOf('jupyter', http('nope', 'Server: nginx'), false)).toEqual({ state: 'wrong', seen: 'nginx' })
  expect(answerOf('jupyter', 'SSH-2.0-OpenSSH_9.2p1\r\n', false)).toEqual({
    state: 'wrong',
    seen: 'SSH-2.0-OpenSSH_9.2p1',
  })
})

test('no byte at all is silence, which only the end can tell', () => {
  expect(answerOf('tensorboard', '', false)).toBeNull()
  expect(answerOf('tensorboard', '', true)).toEqual({ state: 'silent' })
})

test('a Jupyter under a base_url is known by where it wants its policy reports', () => {
  const policy = "Content-Security-Policy: frame-ancestors 'self'; report-uri /lab1/api/security/csp-report"
  const page = http('<title>Jupyter Server</title>', policy).replace('200 OK', '404 Not Found')
  expect(answerOf('jupyter', page, false)).toMatchObject({ state: 'right' })
  expect(answerOf('tensorboard', page, false)).toMatchObject({ state: 'wrong' })
})

test('a JupyterHub is known by the field that each of its answers has', () => {
  const login =
    'HTTP/1.1 302 Found\r\nX-JupyterHub-Version: 4.1.5\r\nLocation: /hub/api\r\nContent-Length: 0\r\n\r\n'
  expect(answerOf('jupyter', login, false)).toEqual({ state: 'right', seen: 'JupyterHub' })
  expect(answerOf('tensorboard', login, false)).toMatchObject({ state: 'wrong' })
})

test('a Jupyter that forbids is not taken for one elsewhere, also under a base_url', () => {
  const policy = "frame-ancestors 'self'; report-uri /lab/api/security/csp-report"
  const refusal = `HTTP/1.1 403 Forbidden\r\nContent-Security-Policy: ${policy}\r\n\r\n<title>Forbidden</title>`
  expect(answerOf('jupyter', refusal, true)).toEqual({ state: 'wrong', seen: 'Forbidden', isForbidden: true })
})

test('code-server is known by its health, as it tells it without a login', () => {
  // code-server 4
  const health = http('{"status":"expired","lastHeartbeat":0}')
  expect(answerOf('code', health, false)).toEqual({ state: 'right', seen: 'status expired' })
  expect(answerOf('code', http('{"status":"ok"}'), false)).toMatchObject({ state: 'wrong' })
})

test('a model server is known by its list of models, also when it asks for a key', () => {
  // recorded from vLLM 0.32.0, `vllm serve … --served-model-name tiny-qwen`
  const models =
    'HTTP/1.1 200 OK\r\ndate: Sun, 29 Nov 2026 20:03:27 GMT\r\nserver: uvicorn\r\ncontent-length: 463\r\n' +
    'content-type: application/json\r\nvary: Origin\r\nconnection: close\r\n\r\n' +
    '{"object":"list","data":[{"id":"tiny-qwen","object":"model","created":1795982607,"owned_by":"vllm",' +
    '"root":"/srv/models/tiny-qwen","parent":null,"max_model_len":256,"permission":[{"id":"modelperm-8515fa68aa76cf3f",' +
    '"object":"model_permission","created":1795982607,"allow_create_engine":false,"allow_sampling":true,"allow_logprobs":true,' +
    '"allow_search_indices":false,"allow_view":true,"allow_fine_tuning":false,"organization":"*","group":null,"is_blocking":false}]}]}'
  expect(answerOf('llm', models, false)).toEqual({ state: 'right', seen: 'object list' })
  // with `--api-key`
  const refusal = http('{"error":"Unauthorized"}').replace('200 OK', '401 Unauthorized')
  expect(answerOf('llm', refusal, false)).toMatchObject({ state: 'right' })
  expect(answerOf('llm', http('<title>Wiki</title>'), false)).toEqual({ state: 'wrong', seen: 'Wiki' })
})

test('a remote desktop is known by how it answers its client, and VNC by its first line', () => {
  const confirmed = '\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x1f\x08\x00\x02\x00\x00\x00'
  expect(answerOf('rdp', confirmed.slice(0, 4), false)).toBeNull()
  expect(answerOf('rdp', confirmed, false)).toEqual({ state: 'right', seen: 'RDP' })
  expect(answerOf('rdp', 'SSH-2.0-OpenSSH_9.2p1\r\n', false)).toMatchObject({ state: 'wrong' })
  expect(answerOf('vnc', 'RFB 003.008\n', false)).toEqual({ state: 'right', seen: 'RFB 003.008' })
  expect(answerOf('vnc', 'RFB 003', false)).toBeNull()
})

test('any page will do for a web page, also one that forbids', () => {
  expect(answerOf('web', http('<title>Gradio</title>'), false)).toEqual({ state: 'right', seen: 'Gradio' })
  const forbidden = http('no').replace('200 OK', '403 Forbidden')
  expect(answerOf('web', forbidden, false)).toMatchObject({ state: 'right' })
  expect(answerOf('web', 'SSH-2.0-OpenSSH_9.2p1\r\n', false)).toMatchObject({ state: 'wrong' })
})
