import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'

/**
 * A web server of the lab's network. A path gives that path, and /big gives megabytes that nobody can guess: as many as each line of the input
 * says, until it has sent as many as it was started for. Then it says their SHA-256 in a line. It ends with its input.
 */
const [port = 0, megabytes = 0] = process.argv.slice(2).map(Number)
const megabyte = 1024 * 1024
const input = createInterface({ input: process.stdin })
input.once('close', () => process.exit())
const lines = input[Symbol.asyncIterator]()

async function sendBig(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Length': megabytes * megabyte })
  const hash = createHash('sha256')
  for (let left = megabytes; left > 0;) {
    const { value } = await lines.next()
    for (let part = Number(value); part > 0; part -= 1, left -= 1) {
      const bytes = randomBytes(megabyte)
      hash.update(bytes)
      if (!response.write(bytes)) await once(response, 'drain')
    }
  }
  response.end()
  console.log(JSON.stringify({ sent: hash.digest('hex') }))
}

createServer((request, response) => {
  if (request.url !== '/big') response.end(`the lab’s page ${request.url}`)
  else sendBig(response).catch((error: Error) => console.log(JSON.stringify({ broken: error.message })))
}).listen(port, () => console.log(JSON.stringify({ listening: true })))
