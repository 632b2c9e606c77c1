import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const repository = resolve(import.meta.dirname, '../..')

export interface Finding {
  /** As oxlint writes it, `house(storeys)`. */
  readonly rule: string
  readonly line: number
}

/** What of oxlint's JSON is read here. */
interface Report {
  readonly number_of_files: number
  readonly diagnostics: readonly {
    readonly code: string
    readonly filename: string
    readonly labels: readonly { readonly span: { readonly line: number } }[]
  }[]
}

/**
 * Texts that the repository's rules are tried with, as if each stood in a folder of it. They are written into a folder elsewhere, since
 * other tests read the tree, and linted by one run of oxlint.
 */
export class LintProbes {
  readonly #texts: (readonly [path: string, text: string])[] = []
  #findings: Map<string, Finding[]> | undefined

  /** What is found in `text` as a file of `folder`, a path from the repository's root; to be asked after `lint`. */
  add(folder: string, extension: '.ts' | '.vue', text: string): () => readonly Finding[] {
    const number = this.#texts.length + 1
    const path = `${folder}/${extension === '.vue' ? 'LintProbe' : 'lint-probe-'}${number}${extension}`
    this.#texts.push([path, text])
    return () => {
      if (this.#findings === undefined) throw new Error('nothing is linted yet')
      return this.#findings.get(path) ?? []
    }
  }

  /** Throws if oxlint did not look at every text. */
  lint(): void {
    const folder = mkdtempSync(join(tmpdir(), 'nps-lint-probes-'))
    try {
      copyFileSync(join(repository, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
      mkdirSync(join(folder, 'build'))
      symlinkSync(join(repository, 'build/lint'), join(folder, 'build/lint'))
      for (const [path, text] of this.#texts) {
        mkdirSync(join(folder, dirname(path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      }
      this.#findings = findingsOf(
        folder,
        this.#texts.map(([path]) => path),
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

function findingsOf(folder: string, paths: readonly string[]): Map<string, Finding[]> {
  const oxlint = join(repository, 'node_modules/.bin/oxlint')
  const { stdout, stderr } = spawnSync(oxlint, ['--format', 'json', ...paths], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (!stdout.startsWith('{')) throw new Error(`oxlint says: ${stdout}${stderr}`)
  const { number_of_files: looked, diagnostics } = JSON.parse(stdout) as Report
  if (looked !== paths.length) throw new Error(`oxlint looked at ${looked} of ${paths.length} files`)
  const findings = new Map<string, Finding[]>(paths.map((path) => [path, []]))
  for (const { code, filename, labels } of diagnostics)
    findings.get(filename)?.push({ rule: code, line: labels[0]?.span.line ?? 0 })
  return findings
}
