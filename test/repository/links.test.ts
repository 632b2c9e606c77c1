import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const documents = [
  ...['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => join(root, name)),
  ...['docs', 'relay-core/spec'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(root, folder, name)),
  ),
]

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

const anchorsIn = (file: string) =>
  new Set(
    [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)),
  )

it('every link between documents leads to a file, and to a heading in it', () => {
  const dead: string[] = []
  for (const file of documents) {
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const to = path === '' ? file : join(dirname(file), path)
      const isDead =
        !existsSync(to) || (anchor !== undefined && to.endsWith('.md') && !anchorsIn(to).has(anchor))
      if (isDead) dead.push(`${relative(root, file)}: ${target}`)
    }
  }
  expect(documents.length).toBeGreaterThan(20)
  expect(dead).toEqual([])
})

/** Files that the examples of the how-tos would add, and made-up names; none of them exists. */
const filesOfExamples = [
  'about-page.test.ts',
  'electron/backend/labs/steps/shell-limits-step.ts',
  'locales/zh-CN/about.ts',
  'relay-core/src/relay/tunnels/modes/echo-mode.ts',
  'renderer/src/features/about/AboutPage.vue',
  'renderer/src/locales/en/about.ts',
  'test/compliance/modes/echo-mode.real.test.ts',
  'x.machine.test.ts',
  'x.windows.test.ts',
  'x.real.test.ts',
  'x.test.ts',
]
/** Written by what the documents say to run. */
const filesMade = ['test-results/screens']

const topFolders = ['.github', 'build', 'docs', 'electron', 'relay-core', 'renderer', 'test']
const notSource = new Set(['node_modules', 'dist', 'out'])

/** Every source file and folder with a leading slash, so that the end of one is compared in whole names. */
const places = topFolders.flatMap((folder) => [`/${folder}`, ...placesIn(folder)])

function placesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !notSource.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return [`/${path}`, ...(entry.isDirectory() ? placesIn(path) : [])]
    })
}

/** Paths and names of source files that a text has in backticks, outside its blocks of code. */
const pathsIn = (text: string): string[] =>
  [...text.replace(/^ *```.*?^ *```$/gms, '').matchAll(/`([^`\n]+)`/g)]
    .flatMap(([, code = '']) => code.split(/\s+/))
    .map((word) => word.replace(/\/$/, ''))
    .filter((word) => /^[\w.-]+(\/[\w.-]+)+$/.test(word) || /^[\w.-]*\w\.(ts|vue)$/.test(word))

const isThere = (path: string): boolean => places.some((place) => place.endsWith(`/${path}`))

const guides = [
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs/how-to')).map((name) => `docs/how-to/${name}`),
]

it.each(guides)('every file and folder that %s names is there', (guide) => {
  const named = pathsIn(readFileSync(join(root, guide), 'utf8'))
  const known = new Set([...filesOfExamples, ...filesMade])
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((path) => !known.has(path) && !isThere(path))).toEqual([])
})

it('a file of an example is one that does not exist and that some page names', () => {
  const named = new Set(guides.flatMap((guide) => pathsIn(readFileSync(join(root, guide), 'utf8'))))
  expect(filesOfExamples.filter((path) => isThere(path) || !named.has(path))).toEqual([])
})
