import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { FrameWriter } from '../packets/frame-writer.ts'
import { Outgoing } from './outgoing.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

it('holds no bytes that have arrived, although the packet that had lost them is remembered', async () => {
  const quiet = () => undefined
  const outgoing = new Outgoing(
    1,
    1_000_000,
    { room: () => 1_000_000, use: quiet, free: quiet },
    { onMore: quiet, onTaken: quiet, onSettled: quiet },
  )
  const held = (() => {
    const chunk = new Uint8Array(50_000)
    outgoing.write(chunk)
    return new WeakRef(chunk.buffer)
  })()
  const send = (writer = new FrameWriter(60_000)) => outgoing.fill(writer)
  const lost = send()
  lost?.onLost()
  send()?.onAcked()
  // What a WeakRef was asked for lives until the next turn.
  await new Promise(setImmediate)
  collectGarbage()
  expect(held.deref()).toBeUndefined()
  // It comes late after all.
  lost?.onAcked()
})
