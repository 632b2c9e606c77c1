import type { ImportedClient } from '../../store/import-records.ts'
import { readRestrictions, stayClosed, withServerWide, type Restrictions } from './restrictions.ts'
import type { StockClientRecord } from './stock-records.ts'

export type ConvertedClient = Omit<ImportedClient, 'wantedId'>

/** The outcome for a record: its equivalent here, or why there is none; `notes` say what is different. */
export type Converted<T> =
  | { readonly value: T; readonly notes: readonly string[] }
  | { readonly problem: string }

/** Shorter ones can be guessed; ours have 32 characters. */
export const minSafeKeyLength = 16

/** A stock client as a client of this relay; `wide` is what its server restricted for all clients. */
export function convertClient(stock: StockClientRecord, wide: Restrictions): Converted<ConvertedClient> {
  const notes: string[] = []
  const { VerifyKey: vkey, Cnf, Flow } = stock
  if (!/^[\x21-\x7e]{1,128}$/.test(vkey)) {
    return { problem: 'its vkey is empty, too long or has characters that no command line takes' }
  }
  if (vkey.length < minSafeKeyLength) {
    notes.push(
      `its vkey has ${vkey.length} characters and can be guessed: make a new client for this lab box when you can`,
    )
  }
  if (stock.WebUserName !== '' || stock.WebPassword !== '') {
    notes.push('its own login to the console is left out: only the administrator logs in')
  }
  if ((Cnf.U === '') !== (Cnf.P === '')) notes.push('a basic user needs a name and a password: left out')
  const { limits, doubts } = withServerWide(readRestrictions(stock), wide)
  if (stock.IpWhite && stock.IpWhitePass !== '')
    notes.push(
      'visitors put themselves on its list by a password, which there is not here: add their addresses',
    )
  notes.push(...stayClosed(doubts))
  return {
    value: {
      name: nameOf(stock.Remark, `client ${stock.Id}`),
      vkey,
      enabled: stock.Status && doubts.length === 0,
      settings: {
        ...(Cnf.Crypt && { crypt: true }),
        ...(Cnf.Compress && { compress: true }),
        ...(!stock.ConfigConnAllow && { mayPush: false }),
      },
      limits: {
        ...limits,
        ...(stock.MaxTunnelNum > 0 && { maxTunnels: stock.MaxTunnelNum }),
      },
      downBytes: Flow.ExportFlow,
      upBytes: Flow.InletFlow,
    },
    notes,
  }
}

/** A remark as a name: one line of at most 64 characters, or a substitute for an empty one. */
export function nameOf(remark: string, otherwise: string): string {
  // oxlint-disable-next-line no-control-regex
  const line = remark.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ').trim()
  return line === '' ? otherwise : line.slice(0, 64).trim()
}
