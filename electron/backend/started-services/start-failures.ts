import { knownServices } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import type { LabRecord } from '../storage/records.ts'
import type { StartPlan } from './start-scripts.ts'

export function startFailed(lab: LabRecord, { what }: StartPlan, said: string): AppError {
  const service = knownServices[what].name
  return new AppError('start-failed', `${service} did not start on ${lab.name}: ${said}`, {
    lab: lab.name,
    service,
    said,
  })
}

export function folderMissing(lab: LabRecord, { folder }: StartPlan): AppError {
  return new AppError('start-folder-missing', `There is no folder ${folder} on ${lab.name}.`, {
    lab: lab.name,
    path: folder,
  })
}

export function portTaken(lab: LabRecord, { port }: StartPlan): AppError {
  return new AppError('port-in-use', `Another program listens on port ${port} of ${lab.name}.`, {
    host: lab.name,
    port,
    free: port + 1,
  })
}
