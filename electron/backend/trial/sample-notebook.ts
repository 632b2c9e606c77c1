import { randomBytes } from 'node:crypto'
import type { WebSocket } from 'ws'
import { sampleNames, type SampleLanguage } from './sample-names.ts'
import { samplePage } from './sample-page.ts'
import type { SampleService } from './sample-service.ts'
import { startSampleWeb } from './sample-web.ts'

const version = 'sample'
/** What "Run" sends through the tunnel, in pieces that leave room for others. */
const runBytes = 4 * 1024 * 1024
const pieceBytes = 64 * 1024

const words = {
  en: {
    about:
      'This page stands in for Jupyter. It runs on this laptop and reached you through a real tunnel: your browser, the server’s port, nps, npc, and back.',
    run: 'Run',
    connecting: 'connecting',
    connected: 'connected by WebSocket',
    closed: 'the tunnel was closed',
    came: 'MB came through the tunnel',
  },
  'zh-CN': {
    about:
      '此页面代替 Jupyter。它在本机运行，并通过真实的隧道到达你的浏览器：浏览器 → 服务器端口 → nps → npc，再返回。',
    run: '运行',
    connecting: '正在连接',
    connected: '已通过 WebSocket 连接',
    closed: '隧道已关闭',
    came: 'MB 已通过隧道传来',
  },
}

const page = (language: SampleLanguage): string =>
  samplePage({
    language,
    title: sampleNames[language].jupyter,
    about: words[language].about,
    body: `<p><button id="run">${words[language].run}</button> <output id="out">${words[language].connecting}</output></p>`,
    script: `
    const words = ${JSON.stringify(words[language])}
    const out = document.getElementById('out')
    const socket = new WebSocket('ws://' + location.host + '/channel')
    socket.binaryType = 'arraybuffer'
    let bytes = 0
    socket.onopen = () => { out.textContent = words.connected }
    socket.onclose = () => { out.textContent = words.closed }
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') { out.textContent = data; return }
      bytes += data.byteLength
      out.textContent = (bytes / 1e6).toFixed(1) + ' ' + words.came
    }
    document.getElementById('run').onclick = () => { if (socket.readyState === 1) socket.send('run') }
  `,
  })

/** Answers as Jupyter does where the check asks (`GET /api`), and moves real bytes over a WebSocket. `spoken`: asked for each page. */
export function startSampleNotebook(spoken: () => SampleLanguage): Promise<SampleService> {
  return startSampleWeb({
    routes: {
      '/': () => ({ type: 'text/html; charset=utf-8', body: page(spoken()) }),
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
