import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rectangle } from 'electron'
import { z } from 'zod'
import { writeFileAtomically } from '@nps-desktop/relay-core/files'

export const minimumSize = { width: 900, height: 620 } as const
const defaultSize = { width: 1280, height: 820 } as const

const windowState = z.object({
  /** Null: in the middle of the screen. */
  position: z.object({ x: z.number().int(), y: z.number().int() }).nullable(),
  width: z.number().int().min(minimumSize.width),
  height: z.number().int().min(minimumSize.height),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowState>

/** Where the window was. One that lies on no display any more opens in the middle, with its size. */
export function readWindowState(folder: string, displays: readonly Rectangle[]): WindowState {
  const state = parse(join(folder, 'window.json'))
  if (state.position === null) return state
  const { x, y } = state.position
  const isVisible = displays.some(
    (display) =>
      x >= display.x - state.width + 100 &&
      x < display.x + display.width - 100 &&
      y >= display.y &&
      y < display.y + display.height - 50,
  )
  return isVisible ? state : { ...state, position: null }
}

export async function writeWindowState(folder: string, state: WindowState): Promise<void> {
  const path = join(folder, 'window.json')
  await writeFileAtomically(path, JSON.stringify(state))
}

function parse(path: string): WindowState {
  try {
    return windowState.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // first start, or a file that is not ours any more: the default is as good as any
    return { ...defaultSize, position: null, maximized: false }
  }
}
