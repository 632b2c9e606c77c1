import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The folder with the one-file programs and their archives: where `npm run build:relay` puts them, or what NPS_PROGRAMS names.
 * @throws Error that says how to build them
 */
export function builtPrograms(): string {
  const folder = process.env['NPS_PROGRAMS'] ?? join(import.meta.dirname, '../../../build/out')
  if (!existsSync(join(folder, 'manifest.json')))
    throw new Error('Build the programs first: npm run build:relay')
  return folder
}
