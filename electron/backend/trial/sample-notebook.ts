import { randomBytes } from 'node:crypto'
import type { WebSocket } from 'ws'
import { samplePage } from './sample-page.ts'
import type { SampleService } from './sample-service.ts'
import { startSampleWeb } from './sample-web.ts'

const version = 'sample'
/** What "Run" sends through the tunnel, in pieces that leave room for others. */
const runBytes = 4 * 1024 * 1024
const pieceBytes = 64 * 1024

const page = samplePage({
  title: 'Sample notebook',
  en: 'This page stands in for Jupyter. It runs on this computer and reached you through a real tunnel: your browser, the server’s port, nps, npc, and back.',
  zh: '此页面代替 Jupyter。它运行在这台电脑上，并通过真实的隧道到达你的浏览器：浏览器 → 服务器端口 → nps → npc，再返回。',
  body: `<p><button id="run">Run</button> <output id="out">connecting</output></p>`,
  script: `
    const out = document.getElementById('out')
    const socket = new WebSocket('ws://' + location.host + '/channel')
    socket.binaryType = 'arraybuffer'
    let bytes = 0
    socket.onopen = () => { out.textContent = 'connected by WebSocket' }
    socket.onclose = () => { out.textContent = 'the tunnel was closed' }
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') { out.textContent = data; return }
      bytes += data.byteLength
      out.textContent = (bytes / 1e6).toFixed(1) + ' MB came through the tunnel'
    }
    document.getElementById('run').onclick = () => { if (socket.readyState === 1) socket.send('run') }
  `,
})

/** Answers as Jupyter does where the check asks (`GET /api`), and moves real bytes over a WebSocket. */
export function startSampleNotebook(): Promise<SampleService> {
  return startSampleWeb({
    routes: {
      '/': () => ({ type: 'text/html; charset=utf-8', body: page }),
      '/api': () => ({ type: 'application/json', body: JSON.stringify({ version }) }),
      '/data/noise': () => ({ type: 'application/octet-stream', body: randomBytes(pieceBytes) }),
    },
    onSocket: (socket) => {
      let busy = false
      socket.on('error', () => socket.terminate())
      socket.on('message', () => {
        if (busy) return
        busy = true
        sendRun(socket, runBytes, () => {
          busy = false
        })
      })
    },
  })
}

/** The next piece goes when the one before has left, so a slow reader holds one piece in memory. */
function sendRun(socket: WebSocket, bytesLeft: number, done: () => void): void {
  if (bytesLeft <= 0) return done()
  socket.send(randomBytes(pieceBytes), (error) => {
    if (error) done()
    else sendRun(socket, bytesLeft - pieceBytes, done)
  })
}
