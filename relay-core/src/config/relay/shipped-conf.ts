import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** nps.conf as it is shipped. The one-file program carries the text itself: its build puts it here. */
export const shippedConf: string = readFileSync(join(import.meta.dirname, '../../../conf/nps.conf'), 'utf8')
