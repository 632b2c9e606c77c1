import { startJupyter } from '../../testbed/machines/bed-services.ts'
import { expect, test } from '../bed-fixture.ts'
import { HomePage } from '../pages/home-page.ts'
import { SetupWizard } from '../pages/setup-wizard.ts'
import { TunnelPage } from '../pages/tunnel-page.ts'
import { WelcomePage } from '../pages/welcome-page.ts'
import { shoot } from '../screenshots.ts'

test.skip(({ host }) => host === 'electron', 'the same page and backend; the main job runs in the window')
test.use({ machines: ['cloud', 'lab'] })

test('a service that does not run on the lab box is told as that, and is ready once it is started', async ({
  app,
  bed,
}) => {
  const { page } = app
  const wizard = new SetupWizard(page)
  const home = new HomePage(page)
  await new WelcomePage(page).setUpServer()
  await wizard.setUpBoth(bed)
  await wizard.press('Add tunnels')
  await wizard.press('Add Jupyter')
  await expect(page.getByText('Jupyter is not running on lab-a100.')).toBeVisible({ timeout: 30_000 })
  await wizard.press('Done')

  await expect(home.row('Jupyter', 'broken')).toContainText('Jupyter is not running on lab-a100.')
  await shoot(app, 'unhappy-home-service-not-running')
  const tunnel = new TunnelPage(page)
  await tunnel.open('Jupyter')
  const alert = page.getByRole('alert')
  await expect(alert).toContainText('nothing listens on 127.0.0.1:8888')
  await expect(alert).toContainText('Start it on the lab box')
  await shoot(app, 'unhappy-tunnel-service-not-running')

  await home.open()
  await startJupyter(bed.lab)
  await expect(home.row('Jupyter', 'ready')).toBeVisible({ timeout: 30_000 })
  await expect(home.sentence).toHaveText('The tunnel is ready.')
})
