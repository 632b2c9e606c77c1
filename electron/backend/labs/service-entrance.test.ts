import { expect, test } from 'vitest'
import type { LabServices } from './lab-services.ts'
import { entranceAt, entranceOf } from './service-entrance.ts'

/** Notes what is looked for; one notebook runs there. */
function servicesOf(asked: unknown[]): Pick<LabServices, 'find'> {
  return {
    find: async (_labId, wanted) => {
      asked.push(wanted)
      if (wanted.port !== 8889) return null
      return { kind: 'jupyter', port: 8889, secure: true, path: '/lab/', token: 'secret' }
    },
  }
}
const options = { signal: new AbortController().signal }

test('a notebook is opened as its own file says, without its token; another port has no such file', async () => {
  const services = servicesOf([])
  const notebook = { kind: 'jupyter', port: 8889 } as const
  expect(await entranceOf(services, 'l1', notebook, options)).toEqual({ secure: true, path: '/lab/' })
  expect(await entranceOf(services, 'l1', { ...notebook, port: 8890 }, options)).toBe(null)
})

test('a lab box is not asked about a program that leaves no file', async () => {
  const asked: unknown[] = []
  expect(await entranceOf(servicesOf(asked), 'l1', { kind: 'tcp', port: 8889 }, options)).toBe(null)
  expect(asked).toEqual([])
})

test('a notebook on another machine is not opened as the one on the same port of the lab box', async () => {
  const services = servicesOf([])
  const at = (target: string) => entranceAt(services, 'l1', { kind: 'jupyter', target }, options)
  for (const target of ['127.0.0.1:8889', 'localhost:8889', '[::1]:8889'])
    expect(await at(target)).toEqual({ secure: true, path: '/lab/' })
  for (const target of ['10.0.0.7:8889', 'node7:8889', '127.0.0.1:8889,10.0.0.7:8889'])
    expect(await at(target)).toBe(null)
})
