import { createServer } from 'node:net'

/** A service of the lab box that sends back what it gets. It ends with its input. */
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.pipe(socket)
})
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log(JSON.stringify({ listening: true })))
process.stdin.once('end', () => process.exit()).resume()
