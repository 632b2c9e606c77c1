import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packagedFolder, pageOf, startPackage } from '../app/packaged-app.ts'
import { UpdateFeed } from '../app/update-feed.ts'
import { expect, test as base } from '../app-fixture.ts'
import { SettingsPage } from '../pages/settings-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'

/**
 * The package as an AppImage runs it: mounted on a folder, with the file's own path in its environment. That file is replaced
 * on quit, and the new one is run once.
 */
class Installed {
  readonly folder: string
  readonly file: string

  constructor(folder: string) {
    this.folder = folder
    this.file = join(folder, 'NPS-Desktop.AppImage')
  }

  /** A program that leaves a word behind when it is run. */
  programSaying(word: string): string {
    return `#!/bin/sh\necho ${word} >'${join(this.folder, 'ran')}'\n`
  }

  async start() {
    const app = await startPackage(['--remote-debugging-port=0'], {
      NPS_DESKTOP_DATA: join(this.folder, 'data'),
      XDG_CACHE_HOME: join(this.folder, 'cache'),
      APPIMAGE: this.file,
      APPDIR: packagedFolder,
    })
    const { browser, page } = await pageOf(app)
    await expect(new WelcomePage(page).heading).toBeVisible()
    const settings = new SettingsPage(page)
    await settings.open()
    return {
      page,
      settings,
      async [Symbol.asyncDispose]() {
        await browser.close()
        await app[Symbol.asyncDispose]()
      },
    }
  }
}

const test = base.extend<{ installed: Installed }>({
  installed: async ({ host }, use) => {
    test.skip(host !== 'electron', 'updates are the desktop app’s')
    const installed = new Installed(await mkdtemp(join(tmpdir(), 'nps-desktop-updates-')))
    await writeFile(installed.file, installed.programSaying('old'))
    await chmod(installed.file, 0o755)
    try {
      await use(installed)
    } finally {
      await rm(installed.folder, { recursive: true, force: true })
    }
  },
})

test('a newer version is offered, downloaded when the person says so, verified, and installed on quit', async ({
  installed,
}) => {
  await using feed = await UpdateFeed.offer(installed.programSaying('new'))
  {
    await using app = await installed.start()
    await expect(app.page.getByText('There is no address to look for newer versions')).toBeVisible()
    await app.settings.lookForUpdatesAt(feed.address)
    await expect(app.page.getByText('Version 9.0.0 is available')).toBeVisible()
    expect(feed.asked).toEqual(['/latest-linux.yml'])
    await expect(app.page.getByRole('link', { name: 'Settings (version 9.0.0 is available)' })).toBeVisible()
    await app.page.getByRole('button', { name: 'Download' }).click()
    await expect(app.page.getByText('Version 9.0.0 is ready')).toBeVisible()
    expect(feed.asked).toEqual(['/latest-linux.yml', '/NPS-Desktop-9.0.0.AppImage'])
    expect(await readFile(installed.file, 'utf8')).toBe(installed.programSaying('old'))
  }
  expect(await readFile(installed.file, 'utf8')).toBe(installed.programSaying('new'))
  expect(await readFile(join(installed.folder, 'ran'), 'utf8')).toBe('new\n')
})

test('a file with another hash is refused and thrown away; the installed one stays', async ({
  installed,
}) => {
  await using feed = await UpdateFeed.offer(installed.programSaying('new'))
  feed.file = installed.programSaying('bad')
  {
    await using app = await installed.start()
    await app.settings.lookForUpdatesAt(feed.address)
    await app.page.getByRole('button', { name: 'Download' }).click()
    const refusal = app.page.getByRole('alert')
    await expect(refusal).toContainText('The download is not what was announced')
    await expect(refusal).toContainText('sha512 checksum mismatch')
    const kept = await readdir(join(installed.folder, 'cache'), { recursive: true })
    expect(kept.filter((name) => name.includes('AppImage'))).toEqual([])
    feed.file = feed.announced
    await refusal.getByRole('button', { name: 'Try again' }).click()
    await expect(app.page.getByText('Version 9.0.0 is ready')).toBeVisible()
    await app.page.getByRole('switch', { name: 'Look for newer versions' }).click()
    await expect(app.page.getByText('Newer versions are not looked for')).toBeVisible()
  }
  // it was ready, and then switched off
  expect(await readFile(installed.file, 'utf8')).toBe(installed.programSaying('old'))
})

test('with the switch off nothing is asked, at the start neither; an address that is not safe is refused', async ({
  installed,
}) => {
  await using feed = await UpdateFeed.offer(installed.programSaying('new'))
  {
    await using app = await installed.start()
    await app.settings.lookForUpdatesAt('http://updates.example.org/')
    await expect(app.page.getByRole('alert')).toContainText('has to be an https address')
    await app.page.getByRole('button', { name: 'Cancel' }).click()
    await app.page.getByRole('switch', { name: 'Look for newer versions' }).click()
    await expect(app.page.getByText('Newer versions are not looked for')).toBeVisible()
    await app.settings.lookForUpdatesAt(feed.address)
    await expect(app.page.getByText(feed.address)).toBeVisible()
  }
  await using app = await installed.start()
  await expect(app.page.getByText(feed.address)).toBeVisible()
  await expect(app.page.getByText('Newer versions are not looked for')).toBeVisible()
  expect(feed.asked).toEqual([])
  await app.page.getByRole('switch', { name: 'Look for newer versions' }).click()
  await expect(app.page.getByText('Version 9.0.0 is available')).toBeVisible()
})

test('a redirect leads to no address that could not be chosen', async ({ installed }) => {
  await using feed = await UpdateFeed.offer(installed.programSaying('new'))
  feed.redirect = 'http://updates.example.org/latest-linux.yml'
  await using app = await installed.start()
  await app.settings.lookForUpdatesAt(feed.address)
  const failure = app.page.getByRole('alert')
  await expect(failure).toContainText('The app could not look for newer versions')
  await expect(failure).toContainText('ERR_BLOCKED_BY_CLIENT')
})

base(
  'an app that runs from its source, or in a browser, says where newer versions come from',
  async ({ app }) => {
    await expect(new WelcomePage(app.page).heading).toBeVisible()
    await new SettingsPage(app.page).open()
    const words = app.host === 'electron' ? 'git pull' : 'Updates come with the app that serves this page.'
    await expect(app.page.getByText(words)).toBeVisible()
    await expect(app.page.getByRole('switch', { name: 'Look for newer versions' })).toBeHidden()
  },
)
