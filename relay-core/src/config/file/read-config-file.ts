import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isComment } from '../../api/conf/conf-text.ts'
import { RelayError } from '../../api/errors.ts'

/**
 * The text of a configuration file. It is UTF-8, with or without a byte order mark; comments may be in any encoding, as
 * stock reads them. @throws RelayError `config-invalid` that names another encoding and the way out, or the system's error
 */
export async function readConfigFile(path: string): Promise<string> {
  return decodeConfig(await readFile(path), path)
}

export function readConfigFileSync(path: string): string {
  return decodeConfig(readFileSync(path), path)
}

export function decodeConfig(bytes: Uint8Array, path: string): string {
  const utf16 = utf16Name(bytes)
  if (utf16 !== undefined) throw otherEncoding(path, 1, utf16, utf16)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Not UTF-8; whether that matters depends on where.
  }
  // One byte, one character: lines are the same ones in every encoding that has ASCII in it.
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  const wrong = lines.findIndex(
    (line) => /[\u0080-\u00ff]/.test(line) && !isComment(line.trim()) && !isUtf8(line),
  )
  if (wrong >= 0) throw otherEncoding(path, wrong + 1, 'not UTF-8 (GBK, perhaps)', 'GBK')
  return lines.map((line) => (isUtf8(line) ? fromLatin1(line).toString('utf8') : line)).join('\n')
}

function utf16Name([first, second, third, fourth]: Uint8Array): string | undefined {
  if ((first === 0xff && second === 0xfe) || (second === 0 && fourth === 0)) return 'UTF-16LE'
  if ((first === 0xfe && second === 0xff) || (first === 0 && third === 0)) return 'UTF-16BE'
  return undefined
}

function isUtf8(line: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(fromLatin1(line))
    return true
  } catch {
    return false
  }
}

function fromLatin1(line: string): Buffer {
  return Buffer.from(line, 'latin1')
}

function otherEncoding(path: string, line: number, what: string, name: string): RelayError {
  const problem = `the file is ${what}; save it as UTF-8 in your editor, or run: iconv -f ${name} -t UTF-8 < old > new`
  return new RelayError('config-invalid', `${path}:${line}: ${problem}.`, { path, line, problem })
}
