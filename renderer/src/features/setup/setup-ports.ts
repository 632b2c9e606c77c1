import type { PortRange } from '@nps-desktop/electron/contract'

/** The two choices about ports, as typed. */
export interface TypedPorts {
  /** `7000-9000` */
  readonly range: string
  readonly bridgePort: string
}

export const defaultPorts: TypedPorts = { range: '7000-9000', bridgePort: '8024' }

/** The choice as the backend takes it, or null when it makes no sense. */
export function readPorts(choice: TypedPorts): { range: PortRange; bridgePort: number } | null {
  const range = readRange(choice.range)
  const bridgePort = readPort(choice.bridgePort)
  return range && bridgePort !== null ? { range, bridgePort } : null
}

/** `7000-9000`, also with a slash or a long dash, as providers write it. */
export function readRange(text: string): PortRange | null {
  const match = /^\s*(\d{1,5})\s*[-–/]\s*(\d{1,5})\s*$/.exec(text)
  const from = readPort(match?.[1] ?? '')
  const to = readPort(match?.[2] ?? '')
  return from !== null && to !== null && from <= to ? { from, to } : null
}

export function readPort(text: string): number | null {
  const port = Number(text.trim() || NaN)
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? port : null
}
