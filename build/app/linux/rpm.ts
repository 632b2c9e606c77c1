import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PackageRequest } from './fpm-arguments.ts'
import { noHomepage, type PackageScripts } from './scripts.ts'

/** electron-builder names processors as Debian does. */
const rpmNames: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' }

/** Packs a folder, laid out as it will be under `/`, by rpmbuild. */
export function buildRpm(root: string, asked: PackageRequest, scripts: PackageScripts): void {
  const architecture = rpmNames[asked.architecture] ?? asked.architecture
  const work = mkdtempSync(join(tmpdir(), 'nps-desktop-rpm-'))
  try {
    const spec = join(work, 'package.spec')
    writeFileSync(spec, specFile(asked, scripts, listFiles(root)))
    const define = (name: string, value: string) => ['--define', `${name} ${value}`]
    execFileSync(
      'rpmbuild',
      ['-bb', '--quiet', '--target', architecture, ...define('_topdir', work), '--buildroot', root, spec],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const built = join(work, 'RPMS', architecture)
    const [file] = readdirSync(built)
    if (file === undefined) throw new Error('rpmbuild has left no package')
    copyFileSync(join(built, file), asked.target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Lines of `%files`: all files and links, and the folders that are the package's own. */
function listFiles(root: string): string[] {
  const find = (...tests: string[]) =>
    execFileSync('find', ['.', ...tests, '-printf', '%P\\n'], { cwd: root, encoding: 'utf8' })
      .split('\n')
      .filter((path) => path !== '')
  return [
    ...find('-mindepth', '1', '(', '-type', 'f', '-o', '-type', 'l', ')').map((path) => `"/${path}"`),
    ...find('-path', './opt/*', '-type', 'd').map((path) => `%dir "/${path}"`),
  ]
}

/**
 * A spec of files that are there already: nothing is compiled, stripped or searched for what it needs. rpm runs `%postun` of
 * the old package after an update too, with 1 instead of 0: then nothing is to be taken away.
 */
export function specFile(asked: PackageRequest, scripts: PackageScripts, files: readonly string[]): string {
  const [summary = '', ...more] = asked.description.split('\n').map((line) => line.trim())
  const threads = asked.compression === 'xz' ? 'T0' : ''
  return `%define __os_install_post %{nil}
%define _build_id_links none
%define _binary_payload w${asked.level}${threads}.${asked.compression}dio
AutoReqProv: no
Name: ${asked.name}
Version: ${asked.version}
Release: 1
Summary: ${summary}
License: ${asked.license}
Vendor: ${asked.maintainer}
${asked.url === noHomepage ? '' : `URL: ${asked.url}\n`}${asked.depends.map((one) => `Requires: ${one}\n`).join('')}
%description
${more.join('\n') || summary}

%files
${files.join('\n')}

%post -p /bin/bash
${literally(scripts.afterInstall)}
%postun -p /bin/bash
if [ "$1" != 0 ]; then exit 0; fi
${literally(scripts.afterRemove)}
`
}

/** In a spec `%` begins a macro. */
function literally(script: string): string {
  return script.replaceAll('%', '%%')
}
