import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { installMissingPackages, whyNoPackages } from './harness/debian-packages.ts'
import { runShown } from './harness/shown-command.ts'

/**
 * `npm run check` and `npm test`: each level in turn, what it needs prepared before. The last lines say which levels
 * passed, failed, and were left out and why. With CI=true nothing may be left out.
 *
 * `npx node test/run.ts machines electron` runs only the levels named; `soak` runs only so, for SOAK_MINUTES (10).
 */

const root = resolve(import.meta.dirname, '..')

interface Level {
  readonly name: string
  readonly commands: readonly (readonly string[])[]
  /** Not part of `npm run check`. */
  readonly heavy?: true
  /** Runs only when it is named. */
  readonly longer?: true
  readonly env?: NodeJS.ProcessEnv
  /** Why it cannot run here, or null. */
  readonly whyNot?: () => string | null
}

const hasBrowser = () =>
  existsSync('/usr/bin/chromium') ? null : 'no /usr/bin/chromium (Debian: apt install chromium)'
const isRootOnDebian = () => whyNoPackages()
const canRunWine = () => whyNoPackages() ?? (process.arch === 'x64' ? null : 'not an x64 processor')

const levels: readonly Level[] = [
  { name: 'format', commands: [['oxfmt', '--check', '.']] },
  { name: 'lint', commands: [['oxlint', '--deny-warnings']] },
  {
    name: 'types',
    commands: [
      ['tsc', '-b'],
      ['vue-tsc', '--noEmit', '-p', 'renderer/tsconfig.json'],
    ],
  },
  { name: 'unused', commands: [['knip']] },
  { name: 'unit', commands: [['vitest', 'run', '--project', 'unit', '--project', 'renderer']] },
  { name: 'fuzz', heavy: true, commands: [['vitest', 'run', '--project', 'fuzz']] },
  {
    name: 'build',
    // the first one builds the pages too, which are in nps and in the app
    commands: [
      ['npm', 'run', '--silent', 'build:relay'],
      ['npm', 'run', '--silent', 'build:app'],
    ],
  },
  { name: 'real', commands: [['vitest', 'run', '--project', 'real']] },
  { name: 'browser', commands: [['playwright', 'test', '--project', 'chromium']], whyNot: hasBrowser },
  {
    name: 'machines',
    heavy: true,
    commands: [
      ['node', 'test/testbed/prepare.ts'],
      ['vitest', 'run', '--project', 'machines'],
      ['playwright', 'test', '--project', 'chromium-machines'],
    ],
    whyNot: isRootOnDebian,
  },
  {
    name: 'arm64',
    heavy: true,
    commands: [
      ['node', 'test/testbed/prepare.ts'],
      ['vitest', 'run', '--project', 'platforms'],
    ],
    whyNot: isRootOnDebian,
  },
  {
    name: 'electron',
    heavy: true,
    commands: [
      ['node', 'build/app/package.ts', '--try-out'],
      ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24', 'playwright', 'test', '--project', 'electron'],
      [
        'xvfb-run',
        '-a',
        '-s',
        '-screen 0 1600x1000x24',
        'playwright',
        'test',
        '--project',
        'electron-machines',
      ],
    ],
    whyNot: isRootOnDebian,
  },
  {
    name: 'windows',
    heavy: true,
    commands: [
      ['node', 'test/testbed/prepare.ts'],
      ['node', 'test/testbed/wine/prepare-wine.ts'],
      // the installed version, and the one that it is updated to
      ['node', 'build/app/package.ts', '--try-out', '--fast', '--as-version=9.0.0', 'nsis'],
      ['node', 'build/app/package.ts', '--try-out', '--fast', 'nsis'],
      ['vitest', 'run', '--project', 'windows'],
      ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24', 'playwright', 'test', '--project', 'windows'],
    ],
    whyNot: canRunWine,
  },
  {
    name: 'packages',
    heavy: true,
    commands: [
      ['node', 'test/testbed/prepare.ts'],
      ['node', 'build/app/package.ts', '--try-out', '--fast', 'deb', 'rpm'],
      ['vitest', 'run', '--project', 'packages'],
    ],
    whyNot: isRootOnDebian,
  },
  {
    name: 'soak',
    longer: true,
    commands: [['vitest', 'run', '--project', 'real', 'test/soak']],
    env: { SOAK_MINUTES: process.env['SOAK_MINUTES'] ?? '10' },
  },
]

const [first = 'all', ...others] = process.argv.slice(2)
const isCheck = first === 'check'
const only = isCheck || first === 'all' ? others : [first, ...others]
const unknown = only.filter((name) => !levels.some((level) => level.name === name))
if (unknown.length > 0) {
  console.log(`No level ${unknown.join(', ')}: there are ${levels.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}
if (whyNoPackages() === null) installMissingPackages()

const passed: string[] = []
const failed: string[] = []
const leftOut: string[] = []
/** What failed commands said, told again at the end: a report of half an hour is read from there. */
const failures: string[] = []
for (const level of levels) {
  const isNamed = only.includes(level.name)
  if (only.length > 0 ? !isNamed : level.longer) continue
  if (isCheck && level.heavy) continue
  const reason = level.whyNot?.() ?? null
  if (reason !== null) {
    leftOut.push(`${level.name}: ${reason}`)
    continue
  }
  const startedMs = Date.now()
  console.log(`\n== ${level.name}`)
  const isGood = await runAll(level)
  const seconds = Math.round((Date.now() - startedMs) / 1000)
  console.log(`== ${level.name}: ${isGood ? 'passed' : 'FAILED'} in ${seconds} s`)
  if (isGood) passed.push(level.name)
  else failed.push(level.name)
}

for (const failure of failures) console.log(`\n${failure}`)
console.log('')
if (passed.length > 0) console.log(`Passed: ${passed.join(', ')}`)
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}`)
for (const line of leftOut) console.log(`Left out: ${line}`)
console.log(`levels: ${passed.length} passed, ${failed.length} failed, ${leftOut.length} skipped`)
const isCi = process.env['CI'] === 'true'
process.exit(failed.length > 0 || (isCi && leftOut.length > 0) ? 1 : 0)

async function runAll({ commands, env }: Level): Promise<boolean> {
  for (const [command, ...args] of commands) {
    if (command === undefined) continue
    const { code, failure } = await runShown(command, args, {
      cwd: root,
      env: { ...pathWithOurTools(), ...env },
    })
    if (code !== 0) {
      const what = `${command} ${args.join(' ')} ended with ${code ?? 'a signal'}`
      console.log(what)
      failures.push([`-- ${what}:`, ...failure].join('\n'))
      return false
    }
  }
  return true
}

/** The pinned Node and tools first, also when this file is started by hand. */
function pathWithOurTools(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` }
}
