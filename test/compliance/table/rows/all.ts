import type { Row } from '../table.ts'
import { configurationRows } from './configuration.ts'
import { linkRows } from './link.ts'
import { tcpRows } from './tcp.ts'

/**
 * One list for every pair: a mode's rows lie in a file of their own and stand here. A row that a pair cannot do is not
 * missing, it says why (`leftOut`). Rows that restart an end come last.
 */
export const allRows: readonly Row[] = [...tcpRows, ...configurationRows, ...linkRows]
