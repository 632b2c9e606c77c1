import uPlot from 'uplot'
import { trafficScale } from './traffic-scale.ts'
import type { TrafficScale } from './traffic-scale.ts'
import { unknownRuns } from './traffic-points.ts'
import type { RatePoint } from './traffic-points.ts'

export interface PlotWords {
  /** The label of a moment on the axis. */
  moment(atMs: number): string
  /** Why a stretch is hatched. */
  gap(fromMs: number, toMs: number): string
  /** Why the right of the graph is hatched. */
  since(fromMs: number): string
  /** Why the left of the graph is empty. */
  before(toMs: number): string
}

interface PlotColors {
  down: string
  fill: string
  up: string
  line: string
  text: string
  hatch: string
  ground: string
}

const axisWidthPx = 58

/** A uPlot drawing of traffic: a filled blue area down, a bare orange line up, hatched where nothing is known in between. */
export class TrafficPlot {
  readonly #plot: uPlot
  readonly #element: HTMLElement
  readonly #words: PlotWords
  #points: readonly RatePoint[] = []
  #scale: TrafficScale = trafficScale(0)
  #span: [number, number] = [0, 1]
  #colors: PlotColors

  /** `onPoint` hears the index under the pointer, or null. */
  constructor(
    element: HTMLElement,
    words: PlotWords,
    onPoint: (index: number | null, leftPx: number) => void,
  ) {
    this.#element = element
    this.#words = words
    this.#colors = readColors(element)
    this.#plot = new uPlot(
      {
        width: Math.max(1, element.clientWidth),
        height: Math.max(1, element.clientHeight),
        padding: [10, 4, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 7, width: 1.5 } },
        scales: { x: { time: true, range: () => this.#span }, y: { range: () => [0, this.#scale.top] } },
        series: [
          {},
          {
            stroke: () => this.#colors.down,
            fill: () => this.#colors.fill,
            width: 1.5,
            points: { show: false },
          },
          { stroke: () => this.#colors.up, width: 1.5, points: { show: false } },
        ],
        axes: [
          {
            stroke: () => this.#colors.text,
            font: axisFont(element),
            grid: { show: false },
            ticks: { show: false },
            size: 26,
            gap: 6,
            splits: () => fiveSplits(this.#span),
            values: (_plot, splits) => splits.map((at) => words.moment(at * 1_000)),
          },
          {
            stroke: () => this.#colors.text,
            font: axisFont(element),
            size: axisWidthPx,
            gap: 8,
            grid: { stroke: () => this.#colors.line, width: 1 },
            ticks: { show: false },
            splits: () => this.#scale.lines.map((line) => line.value),
            values: () => this.#scale.lines.map((line) => line.label),
          },
        ],
        hooks: {
          setCursor: [(plot) => onPoint(plot.cursor.idx ?? null, (plot.cursor.left ?? 0) + axisWidthPx)],
          drawClear: [(plot) => this.#drawGaps(plot)],
        },
      },
      [[], [], []],
      element,
    )
  }

  /** Shows `points` over the span from `fromMs` to `toMs`. */
  show(points: readonly RatePoint[], fromMs: number, toMs: number): void {
    this.#points = points
    this.#span = [fromMs / 1_000, toMs / 1_000]
    const highest = Math.max(
      0,
      ...points.map((point) => Math.max(point.downBytesPerSecond ?? 0, point.upBytesPerSecond ?? 0)),
    )
    this.#scale = trafficScale(highest)
    this.#plot.setData([
      points.map((point) => point.atMs / 1_000),
      points.map((point) => point.downBytesPerSecond),
      points.map((point) => point.upBytesPerSecond),
    ])
  }

  /** Moves the cursor to a point, as the arrow keys do. */
  pointAt(index: number): void {
    const at = this.#points[index]?.atMs
    if (at === undefined) return
    this.#plot.setCursor({ left: this.#plot.valToPos(at / 1_000, 'x'), top: 10 })
  }

  /** The theme or the size of the place changed. */
  refresh(): void {
    this.#colors = readColors(this.#element)
    this.#plot.setSize({
      width: Math.max(1, this.#element.clientWidth),
      height: Math.max(1, this.#element.clientHeight),
    })
  }

  close(): void {
    this.#plot.destroy()
  }

  #drawGaps(plot: uPlot): void {
    const { ctx } = plot
    const ratio = devicePixelRatio
    const { left: edge, top, height } = plot.bbox
    for (const run of unknownRuns(this.#points)) {
      // one that is longer than the graph has its words within it, and no hatching over the axis
      const left = Math.max(edge, plot.valToPos(run.fromMs / 1_000, 'x', true))
      const right = plot.valToPos(run.toMs / 1_000, 'x', true)
      if (right - left < 2 * ratio) continue
      // The time before the first record is not a gap: a new server has no history to miss.
      const isBefore = run.fromMs === this.#points[0]?.atMs && run.toMs !== this.#points.at(-1)?.atMs
      if (!isBefore) this.#hatch(ctx, { left, right, top, height, ratio })
      const text = this.#wordsOf(run, isBefore)
      ctx.font = axisFont(this.#element, ratio)
      const width = ctx.measureText(text).width + 12 * ratio
      if (width > right - left) continue
      const middle = (left + right) / 2
      ctx.fillStyle = this.#colors.ground
      ctx.fillRect(middle - width / 2, top + height / 2 - 10 * ratio, width, 20 * ratio)
      ctx.fillStyle = this.#colors.text
      ctx.textAlign = 'center'
      ctx.textBaseline = 'middle'
      ctx.fillText(text, middle, top + height / 2)
    }
  }

  #wordsOf({ fromMs, toMs }: { fromMs: number; toMs: number }, isBefore: boolean): string {
    if (isBefore) return this.#words.before(toMs)
    return toMs === this.#points.at(-1)?.atMs ? this.#words.since(fromMs) : this.#words.gap(fromMs, toMs)
  }

  #hatch(
    ctx: CanvasRenderingContext2D,
    area: { left: number; right: number; top: number; height: number; ratio: number },
  ): void {
    const { left, right, top, height, ratio } = area
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, top, right - left, height)
    ctx.clip()
    ctx.strokeStyle = this.#colors.hatch
    ctx.lineWidth = 3 * ratio
    for (let x = left - height; x < right + height; x += 8 * ratio) {
      ctx.beginPath()
      ctx.moveTo(x, top + height)
      ctx.lineTo(x + height, top)
      ctx.stroke()
    }
    ctx.restore()
  }
}

function fiveSplits([from, to]: [number, number]): number[] {
  return [0, 1, 2, 3, 4].map((index) => from + (to - from) * (0.04 + index * 0.23))
}

function axisFont(element: HTMLElement, ratio = 1): string {
  const style = getComputedStyle(element)
  return `${11 * ratio}px ${style.fontFamily}`
}

/** A canvas does not understand `var()` or `light-dark()`, so the colours are read as the page resolved them. */
function readColors(element: HTMLElement): PlotColors {
  const probe = document.createElement('span')
  element.append(probe)
  const read = (value: string): string => {
    probe.style.color = value
    return getComputedStyle(probe).color
  }
  const colors = {
    down: read('var(--down)'),
    fill: read('color-mix(in srgb, var(--down) 13%, transparent)'),
    up: read('var(--up)'),
    line: read('var(--line)'),
    text: read('var(--text-3)'),
    hatch: read('var(--hover)'),
    ground: read('var(--raised)'),
  }
  probe.remove()
  return colors
}
