import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { icnsFile } from './icns.ts'
import { icoFile, type Picture } from './ico.ts'

/**
 * `npx node build/icons/make-icons.ts`: makes app.ico, app.icns and the pictures in `linux` out of app.svg, which is drawn by
 * /usr/bin/chromium. The results are part of the repository; only a new drawing needs this.
 */
const here = import.meta.dirname
const inIco: readonly number[] = [16, 24, 32, 48, 64, 128, 256]
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

const svg = await readFile(join(here, 'app.svg'), 'utf8')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const page = await browser.newPage()
const pictures: Picture[] = []
for (const size of sizes) {
  const { rgba, png } = await page.evaluate<{ rgba: string; png: string }>(
    `(${draw})(${JSON.stringify({ svg, size })})`,
  )
  pictures.push({ size, rgba: Buffer.from(rgba, 'base64'), png: Buffer.from(png, 'base64') })
}
await browser.close()

await writeFile(join(here, 'app.ico'), icoFile(pictures.filter(({ size }) => inIco.includes(size))))
await writeFile(join(here, 'app.icns'), icnsFile(pictures))
await rm(join(here, 'linux'), { recursive: true, force: true })
await mkdir(join(here, 'linux'))
for (const { size, png } of pictures.filter((picture) => onLinux.includes(picture.size)))
  await writeFile(join(here, 'linux', `${size}x${size}.png`), png)
