import { join } from 'node:path'

/** The path of a program of Windows itself. By its bare name another might be found first, in a folder that others may write. */
export function windowsTool(name: string): string {
  return join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', `${name}.exe`)
}
