import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PackageRequest } from './fpm-arguments.ts'
import { noHomepage, type PackageScripts } from './scripts.ts'

/** Packs a folder, laid out as it will be under `/`, by dpkg-deb. */
export function buildDeb(root: string, asked: PackageRequest, scripts: PackageScripts): void {
  const [kilobytes = ''] = execFileSync('du', ['-sk', root], { encoding: 'utf8' }).split('\t')
  const folder = join(root, 'DEBIAN')
  mkdirSync(folder)
  writeFileSync(join(folder, 'control'), control(asked, Number(kilobytes)))
  writeFileSync(join(folder, 'postinst'), scripts.afterInstall, { mode: 0o755 })
  writeFileSync(join(folder, 'postrm'), scripts.afterRemove, { mode: 0o755 })
  const compression = `-Z${asked.compression === 'gz' ? 'gzip' : 'xz'}`
  execFileSync(
    'dpkg-deb',
    ['--root-owner-group', compression, `-z${asked.level}`, '--build', root, asked.target],
    { stdio: 'inherit' },
  )
}

/** deb-control(5). `kilobytes`: what the files take up. */
export function control(asked: PackageRequest, kilobytes: number): string {
  const fields = [
    ['Package', asked.name],
    ['Version', asked.version],
    ['Architecture', asked.architecture],
    ['Maintainer', asked.maintainer],
    ['Installed-Size', String(kilobytes)],
    ['Section', asked.section],
    ['Priority', 'optional'],
    ['Homepage', asked.url === noHomepage ? '' : asked.url],
    ['Depends', asked.depends.join(', ')],
    ['Recommends', asked.recommends.join(', ')],
    ['Description', asked.description.replace(/\n\s*/g, '\n ')],
  ]
  return fields.flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}\n`])).join('')
}
