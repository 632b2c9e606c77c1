import { AppError } from '../failures/app-error.ts'
import type { LabRecord, ServerRecord, Storage } from './records.ts'

/** What is read of the app's data here. */
interface Readable {
  readonly servers: Pick<Storage['servers'], 'get'>
  readonly labs: Pick<Storage['labs'], 'get'>
}

/** Throws `not-found`. */
export function storedServer({ servers }: Pick<Readable, 'servers'>, serverId: string): ServerRecord {
  const server = servers.get(serverId)
  if (!server) throw new AppError('not-found', 'This server is no longer in the list.', {})
  return server
}

/** Throws `not-found`. */
export function storedLab({ labs }: Pick<Readable, 'labs'>, labId: string): LabRecord {
  const lab = labs.get(labId)
  if (!lab) throw noLab()
  return lab
}

/** Throws `not-found`. */
export function storedLabWithServer(
  { labs, servers }: Readable,
  labId: string,
): { lab: LabRecord; server: ServerRecord } {
  const lab = storedLab({ labs }, labId)
  const server = servers.get(lab.serverId)
  if (!server) throw noLab()
  return { lab, server }
}

/** Of a lab box that was taken out of the list meanwhile. */
export function noLab(): AppError {
  return new AppError('not-found', 'This lab box is no longer in the list.', {})
}
