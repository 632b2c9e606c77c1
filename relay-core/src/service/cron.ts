import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { shellWord } from '../api/words/shell-words.ts'
import { pathOfTool, runTool } from './run-tool.ts'
import type { Service, ServiceSpec } from './service.ts'
import {
  removeSupervisor,
  startSupervisor,
  stopSupervisor,
  supervisedStatus,
  supervisorFiles,
  writeSupervisor,
} from './supervisor.ts'

/** A line in the user's crontab starts the supervising loop at boot. */
export const cron: Service = {
  kind: 'cron',
  promise: 'a cron job: it starts with the machine and stays when you log out',
  obstacle: async () => {
    if (/^(busybox|bbsuid)/.test(basename(pathOfTool('crontab') ?? '')))
      // most builds pass over such lines, and some end at them
      return 'the cron of busybox starts nothing with the machine'
    const { exitCode, problem } = await runTool('crontab', ['-l'])
    // Without a crontab yet, `crontab -l` fails and says so.
    if (exitCode !== 0 && !/no crontab for/i.test(problem)) return `crontab cannot be used (${problem})`
    return cronRuns() ? null : 'no cron daemon runs on this machine'
  },
  install: async (spec) => {
    await writeSupervisor(spec, 'cron')
    await changeCrontab((text) => withLine(text, spec))
  },
  uninstall: async (spec) => {
    await changeCrontab((text) => withoutLine(text, spec))
    await removeSupervisor(spec)
  },
  start: startSupervisor,
  stop: stopSupervisor,
  status: supervisedStatus,
}

/** The other lines of the crontab stay as they are. */
export function withLine(crontab: string, spec: ServiceSpec): string {
  const others = withoutLine(crontab, spec)
  const script = supervisorFiles(spec).script.replaceAll('%', String.raw`\%`)
  return `${others}${others === '' || others.endsWith('\n') ? '' : '\n'}@reboot /bin/sh ${shellWord(script)} ${marker(spec)}\n`
}

export function withoutLine(crontab: string, spec: ServiceSpec): string {
  return crontab
    .split('\n')
    .filter((line) => !line.endsWith(marker(spec)))
    .join('\n')
}

function marker({ name }: ServiceSpec): string {
  return `# ${name} install`
}

async function changeCrontab(change: (text: string) => string): Promise<void> {
  const { exitCode, stdout } = await runTool('crontab', ['-l'])
  const before = exitCode === 0 ? stdout : ''
  const after = change(before)
  if (after === before) return
  const { exitCode: written, problem } = await runTool('crontab', ['-'], { input: after })
  if (written !== 0) throw new Error(`The crontab could not be changed: ${problem}.`)
}

function cronRuns(): boolean {
  return readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false
    try {
      return /^(cron|crond|fcron|busybox-crond)$/.test(readFileSync(`/proc/${entry}/comm`, 'utf8').trim())
    } catch {
      // The process has ended meanwhile.
      return false
    }
  })
}
