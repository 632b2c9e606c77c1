import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serveScenarios } from './serve-world.ts'
import { worlds } from './worlds/worlds.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const server = await serveScenarios(join(import.meta.dirname, '../dist'), Number(values.port))
for (const name of Object.keys(worlds)) console.log(`${name.padEnd(16)} ${server.url(name)}`)
