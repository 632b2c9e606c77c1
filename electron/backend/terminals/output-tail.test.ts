import { expect, it } from 'vitest'
import type { TerminalOutput } from '@nps-desktop/electron/contract'
import { OutputTail } from './output-tail.ts'

const kilobyte = 'x'.repeat(1024)

function read(tail: OutputTail, from: TerminalOutput['place'] | null = null) {
  const stop = new AbortController()
  const feed = tail.read(from, stop.signal)
  const next = async (): Promise<TerminalOutput> => {
    const { value } = await feed.next()
    if (!value) throw new Error('the feed has ended')
    return value
  }
  return { next, stop: async () => (stop.abort(), void (await feed.return())) }
}

it('goes on where a page was, and tells what was shown before', async () => {
  const tail = new OutputTail()
  tail.push('one ')
  const first = read(tail)
  const one = await first.next()
  expect(one).toMatchObject({ text: 'one ', reset: false, replay: false })
  await first.stop()
  tail.push('two')
  const second = read(tail, one.place)
  expect(await second.next()).toMatchObject({ text: 'two', reset: false, replay: false })
  await second.stop()
  const third = read(tail)
  expect(await third.next()).toMatchObject({ text: 'one two', replay: true })
  await third.stop()
})

it('begins anew for a page that knows another run', async () => {
  const tail = new OutputTail()
  tail.push('text')
  const page = read(tail, { run: 'an earlier one', offset: 2 })
  expect(await page.next()).toMatchObject({ text: 'text', reset: true })
  await page.stop()
})

it('has no room while a page is 256 KiB behind, and has again when it has caught up', async () => {
  const tail = new OutputTail()
  const page = read(tail)
  tail.push('x')
  let { place } = await page.next()
  for (let i = 0; i < 256; i++) tail.push(kilobyte)
  let hasRoom = false
  const room = tail.room(new AbortController().signal).then(() => (hasRoom = true))
  while (place.offset < tail.end) ({ place } = await page.next())
  expect(hasRoom).toBe(false)
  tail.acknowledge(place)
  await room
  await page.stop()
})

it('keeps only its end while nobody looks', async () => {
  const tail = new OutputTail()
  for (let i = 0; i < 4_096; i++) {
    tail.push(kilobyte)
    await tail.room(new AbortController().signal)
  }
  const page = read(tail)
  const { place, text } = await page.next()
  expect(place.offset - text.length).toBeGreaterThan(3 * 1024 * 1024)
  await page.stop()
})
