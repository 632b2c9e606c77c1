import type { PythonEnvironment, ServiceStart, StartChoices } from '@nps-desktop/electron/contract'

/** The form of a start, as it is being filled in. */
export interface StartWish {
  environment: string
  folder: string
  port: string
  restarts: boolean
  tunnel: boolean
}

/** It has the program, or can be given it. */
export function isUsable({ program, installs }: PythonEnvironment): boolean {
  return program !== null || installs !== null
}

/** The first choice of everything; null where no environment has the program or can be given it. */
export function firstWish(choices: StartChoices): StartWish | null {
  const environment = choices.environments.find(isUsable)
  if (!environment) return null
  return {
    environment: environment.path,
    folder: choices.folders[0] ?? '~',
    port: String(choices.port),
    restarts: choices.canRestart,
    tunnel: true,
  }
}

/** The wish of a start that failed, with another environment: one that has the program already. Null where there is none. */
export function wishInstead(
  choices: StartChoices,
  { environment, folder, port, restarts, steps, failure }: ServiceStart,
): (StartWish & { name: string }) | null {
  // another environment helps against nothing else
  if (failure?.code !== 'start-failed') return null
  const other = choices.environments.find(({ program, name }) => program !== null && name !== environment)
  if (!other) return null
  const tunnel = steps.some(({ id }) => id === 'tunnel')
  return { environment: other.path, name: other.name, folder, port: String(port), restarts, tunnel }
}

/** Null for what is no port. */
export function portOfWish({ port }: StartWish): number | null {
  const value = /^\d{1,5}$/.test(port.trim()) ? Number(port) : 0
  return value > 0 && value < 65_536 ? value : null
}
