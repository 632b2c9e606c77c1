import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { icnsFile } from './icns.ts'
import { icoFile, type Picture } from './ico.ts'

/**
 * `npx node build/icons/make-icons.ts`: makes app.ico, app.icns and the pictures in `linux` out of app.svg, and the
 * tray's .ico files out of theirs, which are drawn by /usr/bin/chromium. The results are part of the repository; only a new drawing needs this.
 */
const here = import.meta.dirname
const inIco: readonly number[] = [16, 24, 32, 48, 64, 128, 256]
/** A notification area at 100, 125, 150, 200 and 300 %. */
const inTray: readonly number[] = [16, 20, 24, 32, 48]
const onLinux: readonly number[] = [16, 32, 48, 64, 128, 256, 512]
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024]

/** Runs in the page; answers the pixels and the PNG, both as base64. */
const draw = `async ({ svg, size }) => {
  const image = new Image(size, size)
  image.src = 'data:image/svg+xml,' + encodeURIComponent(svg)
  await image.decode()
  const canvas = new OffscreenCanvas(size, size)
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0, size, size)
  const png = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())
  const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return { rgba: base64(context.getImageData(0, 0, size, size).data), png: base64(png) }
}`

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const page = await browser.newPage()
const pictures = await picturesOf('app', sizes)
for (const state of ['broken', 'ready', 'unknown'])
  await writeFile(join(here, `tray-${state}.ico`), icoFile(await picturesOf(`tray-${state}`, inTray)))
await browser.close()

await writeFile(join(here, 'app.ico'), icoFile(pictures.filter(({ size }) => inIco.includes(size))))
await writeFile(join(here, 'app.icns'), icnsFile(pictures))
await rm(join(here, 'linux'), { recursive: true, force: true })
await mkdir(join(here, 'linux'))
for (const { size, png } of pictures.filter((picture) => onLinux.includes(picture.size)))
  await writeFile(join(here, 'linux', `${size}x${size}.png`), png)

async function picturesOf(name: string, wanted: readonly number[]): Promise<Picture[]> {
  const svg = await readFile(join(here, `${name}.svg`), 'utf8')
  const made: Picture[] = []
  for (const size of wanted) {
    const { rgba, png } = await page.evaluate<{ rgba: string; png: string }>(
      `(${draw})(${JSON.stringify({ svg, size })})`,
    )
    made.push({ size, rgba: Buffer.from(rgba, 'base64'), png: Buffer.from(png, 'base64') })
  }
  return made
}
