import { sampleNames, type SampleLanguage } from './sample-names.ts'
import { samplePage } from './sample-page.ts'
import type { SampleService } from './sample-service.ts'
import { startSampleWeb } from './sample-web.ts'

const stepIntervalMs = 500
const shownSteps = 400

const words = {
  en: {
    about:
      'This page stands in for TensorBoard. It draws a made-up loss curve, fetched every second through a real tunnel.',
    step: 'step',
    loss: 'loss',
  },
  'zh-CN': {
    about: '此页面代替 TensorBoard。它每秒通过真实的隧道取回数据，绘制一条虚构的损失曲线。',
    step: '步数',
    loss: '损失',
  },
}

const page = (language: SampleLanguage): string =>
  samplePage({
    language,
    title: sampleNames[language].tensorboard,
    about: words[language].about,
    body: `<canvas id="curve" width="1440" height="480"></canvas><p><output id="out"></output></p>`,
    script: `
    const words = ${JSON.stringify(words[language])}
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
      document.getElementById('out').textContent = words.step + ' ' + last[0] + ', ' + words.loss + ' ' + last[1].toFixed(4)
      setTimeout(step, 1000)
    }
    step()
  `,
  })

/** Answers as TensorBoard does where the check asks (`GET /data/environment`), and serves a curve that goes on. `spoken`: asked for each page. */
export function startSampleBoard(spoken: () => SampleLanguage): Promise<SampleService> {
  const startedMs = performance.now()
  return startSampleWeb({
    routes: {
      '/': () => ({ type: 'text/html; charset=utf-8', body: page(spoken()) }),
      '/data/environment': () => ({
        type: 'application/json',
        body: JSON.stringify({
          version: 'sample',
          data_location: 'made up on this laptop',
          window_title: sampleNames.en.tensorboard,
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
