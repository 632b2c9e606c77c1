import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { randomBytes } from 'node:crypto'

/** Connects to a port of its machine; for each line with a number it sends that many megabytes and says when a quarter is back, and whether all came back as they were. */
const socket = connect(Number(process.argv[2]), '127.0.0.1')
socket.on('error', (error) => console.log(JSON.stringify({ error: error.message })))
socket.on('close', () => console.log(JSON.stringify({ closed: true })))
const megabyte = randomBytes(1024 * 1024)
for await (const line of createInterface({ input: process.stdin })) {
  const count = Number(line)
  let got = 0
  let isSame = true
  let isUnderWay = false
  const back = new Promise<void>((resolve) => {
    const take = (chunk: Buffer) => {
      for (let at = 0; at < chunk.length;) {
        const from = got % megabyte.length
        const part = chunk.subarray(at, at + megabyte.length - from)
        isSame &&= part.equals(megabyte.subarray(from, from + part.length))
        at += part.length
        got += part.length
      }
      if (!isUnderWay && got > (count * megabyte.length) / 4) {
        isUnderWay = true
        console.log(JSON.stringify({ [`quarter${count}`]: true }))
      }
      if (got < count * megabyte.length) return
      socket.off('data', take)
      resolve()
    }
    socket.on('data', take)
  })
  for (let i = 0; i < count; i += 1)
    if (!socket.write(megabyte)) await new Promise((resolve) => socket.once('drain', resolve))
  await back
  console.log(JSON.stringify({ [`echoed${count}`]: isSame }))
}
