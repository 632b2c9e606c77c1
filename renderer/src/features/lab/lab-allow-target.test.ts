import type { Lab } from '@nps-desktop/electron/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { buttonCalled, mountPage } from '../../testing/mount-page.ts'
import { lab as pasted } from '../../testing/pasted-lab.ts'
import LabAllowTarget from './LabAllowTarget.vue'

const address = { host: '10.20.3.7', port: 22, user: 'alice' }
const bySsh: Lab = { ...pasted, address, hasSecret: true, allowTargetInForce: true }

async function mounted(lab: Lab) {
  const done: unknown[] = []
  const page = await mountPage(LabAllowTarget, {
    props: { lab },
    answers: {
      labs: {
        edit: async (change: unknown) => done.push(change),
        setup: async (change: unknown) => done.push(['setup', change]),
      },
    },
  })
  return { page, done }
}

test('it says in words where tunnels may lead, a list as it is', async () => {
  const shown = async (allowTarget: string | null): Promise<string> => {
    const { page } = await mounted({ ...bySsh, allowTarget })
    await using _ = page
    return page.text()
  }
  expect(await shown('127.0.0.1,::1')).toContain('This lab box only')
  expect(await shown(null)).toContain('The lab box and the machines it reaches')
  expect(await shown('127.0.0.1,nas.lab:445')).toContain('127.0.0.1,nas.lab:445')
})

test('a change is kept and put in force by setting the box up again', async () => {
  const { page, done } = await mounted({ ...bySsh, allowTarget: '127.0.0.1' })
  await using _ = page
  buttonCalled('Change').click()
  await flushPromises()
  await page.get('input').setValue('127.0.0.1,10.0.0.0/24:22')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(done).toEqual([{ labId: 'l1', allowTarget: '127.0.0.1,10.0.0.0/24:22' }, ['setup', { labId: 'l1' }]])
  expect(page.emitted('goOn')).toHaveLength(1)
})

test('one that came by its pasted line is told by a new line, and nothing is set up from here', async () => {
  const { page, done } = await mounted({ ...pasted, allowTarget: '127.0.0.1' })
  await using _ = page
  expect(page.text()).toContain('which this app cannot see')
  buttonCalled('Change').click()
  await flushPromises()
  await page.get('input').setValue('127.0.0.1:22')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(done).toEqual([{ labId: 'l1', allowTarget: '127.0.0.1:22' }])
  expect(page.emitted('goOn')).toHaveLength(1)
})

test('what is not in force yet is not shown as if it were', async () => {
  const { page } = await mounted({ ...bySsh, allowTargetInForce: false })
  await using _ = page
  expect(page.text()).toContain('Not in force yet')
})
