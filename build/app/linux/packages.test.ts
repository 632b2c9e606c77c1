import { expect, it } from 'vitest'
import { control } from './deb.ts'
import { parseFpmArguments } from './fpm-arguments.ts'
import { specFile } from './rpm.ts'
import { noHomepage } from './scripts.ts'

/** As electron-builder 26 passes them; `more` comes before the files. */
const asked = (type: 'deb' | 'rpm', url: string, ...more: string[]) =>
  parseFpmArguments([
    '-s',
    'dir',
    '--force',
    '-t',
    type,
    '-d',
    'libnss3',
    '-d',
    'libgbm1',
    `--${type}-compression`,
    type === 'rpm' ? 'xzmt' : 'xz',
    '--architecture',
    'amd64',
    '--after-install',
    '/tmp/after-install',
    '--after-remove',
    '/tmp/after-remove',
    '--description',
    'Reach a lab machine\n A shell and Jupyter',
    '--version',
    '1.0.0',
    '--package',
    '/out/app.package',
    '--name',
    'nps-desktop',
    '--maintainer',
    'The NPS Desktop authors',
    '--vendor',
    'The NPS Desktop authors',
    '--url',
    url,
    '--license',
    'MIT',
    ...more,
    '/out/linux-unpacked/=/opt/NPS Desktop',
    '/icons/a=b.png=/usr/share/icons/a.png',
  ])

it('reads what electron-builder asks of fpm', () => {
  expect(asked('deb', 'https://example.org/')).toMatchObject({
    type: 'deb',
    depends: ['libnss3', 'libgbm1'],
    compression: 'xz',
    level: 6,
    target: '/out/app.package',
    files: [
      { from: '/out/linux-unpacked/', to: '/opt/NPS Desktop' },
      { from: '/icons/a=b.png', to: '/usr/share/icons/a.png' },
    ],
  })
})

it('compresses fast when it is told to, and refuses what it does not know', () => {
  const fast = asked('rpm', noHomepage, '--rpm-compression=gz', '--rpm-compression-level=1')
  expect(fast).toMatchObject({ compression: 'gz', level: 1 })
  expect(() => parseFpmArguments(['-t', 'pacman'])).toThrow('no packages of type pacman')
  expect(() => parseFpmArguments(['-t', 'deb', 'a-file'])).toThrow('does not say where it goes')
})

it('writes the fields of a deb, and no homepage where none is known', () => {
  const text = control(asked('deb', 'https://example.org/'), 629_424)
  expect(text).toBe(`Package: nps-desktop
Version: 1.0.0
Architecture: amd64
Maintainer: The NPS Desktop authors
Installed-Size: 629424
Section: net
Priority: optional
Homepage: https://example.org/
Depends: libnss3, libgbm1
Description: Reach a lab machine
 A shell and Jupyter
`)
  expect(control(asked('deb', noHomepage), 1)).not.toContain('Homepage')
})

it('writes a spec whose removal script leaves an updated app alone, and whose scripts have no macros', () => {
  const scripts = { afterInstall: 'date +%s', afterRemove: 'rm -f /usr/bin/nps-desktop' }
  const text = specFile(asked('rpm', noHomepage), scripts, ['"/opt/NPS Desktop/nps-desktop"'])
  expect(text).toContain('%post -p /bin/bash\ndate +%%s\n')
  expect(text).toContain('%postun -p /bin/bash\nif [ "$1" != 0 ]; then exit 0; fi\nrm -f')
  expect(text).toContain('%define _binary_payload w6T0.xzdio\n')
  expect(text).toContain('Requires: libnss3\nRequires: libgbm1\n')
  expect(text).not.toContain('URL:')
})
