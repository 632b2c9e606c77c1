import { readFileSync } from 'node:fs'

export type MessageFields = Record<string, string | number | boolean | object>

/** Every message of spec/golden-frames.txt: its frame, its name, and what it says. */
export const goldenMessages = readFileSync(new URL('../../spec/golden-frames.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [hex = '', name = '', fields = ''] = line.split(' | ')
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    return { bytes, name, fields: JSON.parse(fields) as MessageFields }
  })
