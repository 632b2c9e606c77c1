import { printable } from '../api/words/printable.ts'

/** From loud to quiet; a log at `info` leaves `debug` out. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

type Write = (message: string, fields?: Record<string, unknown>) => void

/** The log tells the same story as the screen: one info line for a change of state, never payloads, never secrets. */
export interface Log {
  debug: Write
  info: Write
  warn: Write
  error: Write
}

export interface LogOptions {
  /** A function is called for each line, for a level that changes. */
  level: LogLevel | (() => LogLevel)
  /** Takes one finished line, with its line feed. */
  write: (line: string) => void
  now?: () => Date
}

/** Lines like `2026-11-22T15:30:48.123Z info  agent online client=1 address=10.0.0.7:51234`. */
export function createLog({ level, write, now = () => new Date() }: LogOptions): Log {
  const lowest = () => logLevels.indexOf(typeof level === 'string' ? level : level())
  const writer =
    (own: LogLevel): Write =>
    (message, fields) => {
      if (logLevels.indexOf(own) < lowest()) return
      // A peer's text must not be able to forge a second line or drive a terminal.
      write(`${printable(`${now().toISOString()} ${own.padEnd(5)} ${message}${formatFields(fields)}`)}\n`)
    }
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}

const ignore: Write = () => undefined

/** Drops everything. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

function formatFields(fields: Record<string, unknown> | undefined): string {
  if (!fields) return ''
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`)
    .join('')
}

function formatValue(value: unknown): string {
  const text =
    value instanceof Error ? value.message : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)
}
