import { expect, test, vi } from 'vitest'
import { defineComponent } from 'vue'
import { useRouter } from 'vue-router'
import { mountPage } from '../testing/mount-page.ts'
import { useDeepLinks } from './use-deep-links.ts'

test('the page that a link asks for is shown, also when the app turns to a page of its own meanwhile', async () => {
  const begun = Promise.withResolvers<void>()
  const fetched = Promise.withResolvers<void>()
  const Links = defineComponent({
    setup() {
      useRouter().beforeEach(async ({ name }) => {
        if (name !== 'connect') return
        begun.resolve()
        await fetched.promise
      })
      useDeepLinks()
      return {}
    },
    template: '<i />',
  })
  async function* links() {
    yield { kind: 'connect', line: 'nps-desktop://connect?host=203.0.113.7' }
    await new Promise(() => undefined)
  }
  await using page = await mountPage(Links, { answers: { app: { deepLinks: async () => links() } } })
  const { $router: router } = page.vm
  await begun.promise
  const turned = router.replace({ name: 'setup' })
  fetched.resolve()
  await turned
  await vi.waitFor(() => expect(router.currentRoute.value.name).toBe('connect'))
})
