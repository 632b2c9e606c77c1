import { createServer } from 'node:http'
import { metadataAddresses, metadataAnswers, type Provider } from './metadata-answers.ts'

// The program behind MetadataService: `node metadata-server.ts PROVIDER` in the router's network namespace.
const provider = process.argv[2] as Provider
const server = createServer((request, response) => {
  const answer = metadataAnswers[provider](request) ?? 404
  response.statusCode = typeof answer === 'number' ? answer : 200
  if (provider === 'google') response.setHeader('Metadata-Flavor', 'Google')
  response.end(typeof answer === 'number' ? '' : answer)
})
server.listen(80, metadataAddresses[provider], () => console.log('listening'))
