#!/usr/bin/env node
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildDeb } from './deb.ts'
import { parseFpmArguments } from './fpm-arguments.ts'
import { buildRpm } from './rpm.ts'

/**
 * Does for electron-builder what it asks of `fpm`, a Ruby program that it would download: a deb by dpkg-deb and an rpm by
 * rpmbuild, with the arguments that fpm takes. package.ts names this file to it in CUSTOM_FPM_PATH.
 */
const asked = parseFpmArguments(process.argv.slice(2))
const root = mkdtempSync(join(tmpdir(), 'nps-desktop-package-'))
try {
  for (const { from, to } of asked.files) {
    const target = join(root, to)
    const isFolder = from.endsWith('/')
    mkdirSync(isFolder ? target : dirname(target), { recursive: true })
    execFileSync('cp', isFolder ? ['-a', `${from}.`, target] : ['--dereference', from, target])
  }
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', root])
  const scripts = {
    afterInstall: readFileSync(asked.afterInstall, 'utf8'),
    afterRemove: readFileSync(asked.afterRemove, 'utf8'),
  }
  if (asked.type === 'deb') buildDeb(root, asked, scripts)
  else buildRpm(root, asked, scripts)
} finally {
  rmSync(root, { recursive: true, force: true })
}
