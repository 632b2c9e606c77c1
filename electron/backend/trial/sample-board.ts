import { samplePage } from './sample-page.ts'
import type { SampleService } from './sample-service.ts'
import { startSampleWeb } from './sample-web.ts'

const stepIntervalMs = 500
const shownSteps = 400

const page = samplePage({
  title: 'Sample board',
  en: 'This page stands in for TensorBoard. It draws a made-up loss curve, fetched every second through a real tunnel.',
  zh: '此页面代替 TensorBoard。它每秒通过真实的隧道取回数据，绘制一条虚构的损失曲线。',
  body: `<canvas id="curve" width="1440" height="480"></canvas><p><output id="out"></output></p>`,
  script: `
    const canvas = document.getElementById('curve')
    const draw = canvas.getContext('2d')
    async function step() {
      const points = await (await fetch('/data/loss')).json()
      draw.clearRect(0, 0, canvas.width, canvas.height)
      draw.strokeStyle = '#2457d6'
      draw.lineWidth = 3
      draw.beginPath()
      points.forEach(([, loss], index) => draw.lineTo((index / points.length) * canvas.width, (1 - loss / 2.5) * canvas.height))
      draw.stroke()
      const last = points[points.length - 1]
      document.getElementById('out').textContent = 'step ' + last[0] + ', loss ' + last[1].toFixed(4)
      setTimeout(step, 1000)
    }
    step()
  `,
})

/** Answers as TensorBoard does where the check asks (`GET /data/environment`), and serves a curve that goes on. */
export function startSampleBoard(): Promise<SampleService> {
  const startedMs = performance.now()
  return startSampleWeb({
    routes: {
      '/': () => ({ type: 'text/html; charset=utf-8', body: page }),
      '/data/environment': () => ({
        type: 'application/json',
        body: JSON.stringify({
          version: 'sample',
          data_location: 'made up on this computer',
          window_title: 'Sample board',
        }),
      }),
      '/data/loss': () => ({
        type: 'application/json',
        body: JSON.stringify(lossCurve(Math.floor((performance.now() - startedMs) / stepIntervalMs))),
      }),
    },
  })
}

/** A falling curve with a little unrest, the same for the same step. */
function lossCurve(untilStep: number): [step: number, loss: number][] {
  const from = Math.max(0, untilStep - shownSteps)
  return Array.from({ length: untilStep - from + 1 }, (_, index) => {
    const step = from + index
    return [step, 0.2 + 2 * Math.exp(-step / 150) + 0.06 * Math.sin(step * 1.7) * Math.exp(-step / 400)]
  })
}
