import { readFile } from 'node:fs/promises'
import { runKey } from '../../testbed/wine/windows.ts'
import { forWindows, UpdateFeed } from '../app/update-feed.ts'
import { installerOf, WindowsInstallation } from '../app/windows-installation.ts'
import { expect, test } from '../app-fixture.ts'
import { SettingsPage } from '../pages/settings-page.ts'

const uninstallKey = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\org.nps-desktop.app`
const linkKey = String.raw`HKCU\Software\Classes\nps-desktop\shell\open\command`
/** What the person has, which an uninstaller leaves. */
const ownData = 'AppData/Roaming/NPS Desktop'

test('installed for one person, it opens, follows links, is updated when it quits, and is gone when it is removed', async ({
  windows,
}) => {
  if (windows === null) throw new Error('This spec is of Windows alone.')
  const installation = new WindowsInstallation(windows)
  const filesBefore = await installation.files()

  await test.step('the installer asks nothing, and nothing of the system', async () => {
    expect(await installation.install('1.0.0')).toMatchObject({ exitCode: 0 })
    expect(await windows.registered(uninstallKey, 'DisplayVersion')).toBe('1.0.0')
    expect(await windows.registered(uninstallKey, 'InstallLocation')).toBe(installation.folder)
    expect(await installation.files()).toContain(
      'AppData/Roaming/Microsoft/Windows/Start Menu/Programs/NPS Desktop.lnk',
    )
  })

  await test.step('it opens; a link of a page leads to what it names; the start at login is an entry of the person', async () => {
    await using app = await installation.start()
    // by itself wine finds no entry that is a person's own
    const link = 'nps-desktop://tunnel/sNone-t1'
    expect(await installation.runEntry(linkKey, null, link)).toMatchObject({ exitCode: 0 })
    await expect(app.page.getByText('This tunnel is no longer there')).toBeVisible()
    await new SettingsPage(app.page).open()
    await app.page.getByRole('switch', { name: 'Start when you log in' }).click()
    await expect
      .poll(() => windows.registered(runKey, 'org.nps-desktop.app'))
      .toMatch(/NPS Desktop\.exe"? --hidden$/)
  })

  await test.step('a newer version is downloaded, and installed when the app quits', async () => {
    await using feed = await UpdateFeed.offer(await readFile(installerOf('9.0.0')), forWindows)
    await using app = await installation.start()
    const settings = new SettingsPage(app.page)
    await settings.open()
    await settings.lookForUpdatesAt(feed.address)
    await expect(app.page.getByText('Version 9.0.0 is available')).toBeVisible()
    await app.page.getByRole('button', { name: 'Download' }).click()
    await expect(app.page.getByText('Version 9.0.0 is ready')).toBeVisible()
    expect(await windows.registered(uninstallKey, 'DisplayVersion')).toBe('1.0.0')
    await app.page.getByRole('switch', { name: 'Keep running when the window is closed' }).click()
    await app.quit()
    await expect.poll(() => windows.registered(uninstallKey, 'DisplayVersion')).toBe('9.0.0')
  })

  await test.step('the newer version has the settings of the older one', async () => {
    await using app = await installation.start()
    await new SettingsPage(app.page).open()
    await expect(app.page.getByText('9.0.0', { exact: true })).toBeVisible()
    const inTray = app.page.getByRole('switch', { name: 'Keep running when the window is closed' })
    await expect(inTray).not.toBeChecked()
    await app.quit()
  })

  await test.step('the uninstaller asks nothing, and leaves the person’s own data alone', async () => {
    expect(await installation.runEntry(uninstallKey, 'QuietUninstallString')).toMatchObject({ exitCode: 0 })
    await expect.poll(() => installation.isThere).toBe(false)
    const left = (await installation.files()).filter((path) => !filesBefore.includes(path))
    expect(left).toContain(ownData)
    const others = left.filter((path) => path !== ownData && !path.startsWith(`${ownData}/`))
    // every Windows has this folder, which wine makes when it is first asked for
    expect(others.filter((path) => path !== 'AppData/Local/Programs')).toEqual([])
    expect(await installation.registryLines()).toEqual([])
  })
})
