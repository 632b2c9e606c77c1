import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import type { Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { provideBackend, type DesktopApi } from '../carrier/use-backend.ts'
import { BackendConnection } from '../carrier/connection.ts'
import { createTexts } from '../locales/index.ts'
import type { Language } from '../locales/index.ts'

type AnsweredCall = (input: never, options?: { signal?: AbortSignal }) => Promise<unknown>
/** The parts of the contract that a test answers, `{ jobs: { retry: … } }`; any other call waits until it is aborted. */
export interface Answers {
  [name: string]: AnsweredCall | Answers
}

/** Fulfils when `signal` is aborted. */
function silence(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
}

/** A feed's call: tells `value`, and nothing more until whoever follows it goes. */
export function feedOf(value: unknown): AnsweredCall {
  return async (_input, options) =>
    (async function* () {
      yield value
      await silence(options?.signal)
    })()
}

function apiOf(answers: Answers): DesktopApi {
  const branch = (part: Answers | undefined): unknown =>
    new Proxy(() => undefined, {
      get: (_target, name) => {
        const next = typeof name === 'string' ? part?.[name] : undefined
        return typeof next === 'function' ? next : branch(next)
      },
      apply: (_target, _this, [, options]: [unknown, { signal?: AbortSignal } | undefined]) =>
        silence(options?.signal),
    })
  return branch(answers) as DesktopApi
}

/** A component in the surroundings of the app: stores, texts, a router that leads nowhere, and a backend of `answers`. */
export async function mountPage(
  component: Component,
  {
    answers,
    props = {},
    language = 'en',
  }: { answers: Answers; props?: Record<string, unknown>; language?: Language },
): Promise<VueWrapper & AsyncDisposable> {
  const connection = new BackendConnection({
    open: async () => ({
      link: { call: async () => undefined },
      closed: new Promise<void>(() => undefined),
      close: () => undefined,
    }),
  })
  connection.start()
  await connection.online({ signal: AbortSignal.timeout(1_000) })
  const place = { template: '<i />' }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', name: 'home', component: place },
      { path: '/setup/:serverId?', name: 'setup', component: place },
      { path: '/servers/:serverId', name: 'server', component: place },
      { path: '/labs/:labId', name: 'lab', component: place },
      { path: '/sign-in/:machine/:id', name: 'sign-in', component: place },
      { path: '/connect', name: 'connect', component: place },
    ],
  })
  const wrapper = mount(component, {
    props,
    attachTo: document.body,
    global: {
      plugins: [
        { install: (app) => provideBackend(app, { api: apiOf(answers), connection }) },
        createPinia(),
        createTexts(language),
        router,
      ],
    },
  })
  return Object.assign(wrapper, {
    async [Symbol.asyncDispose]() {
      wrapper.unmount()
      connection.close()
    },
  })
}

/** The button with this label, wherever it is on the page; dialogs are mounted outside their component. */
export function buttonCalled(word: string): HTMLButtonElement {
  const found = [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === word)
  if (!found) throw new Error(`no button says "${word}": ${document.body.textContent}`)
  return found
}
