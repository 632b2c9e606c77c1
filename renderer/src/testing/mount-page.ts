import { config, mount, type DOMWrapper, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import type { Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { provideBackend, type DesktopApi } from '../carrier/use-backend.ts'
import { BackendConnection } from '../carrier/connection.ts'
import { createTexts } from '../locales/index.ts'
import type { Language } from '../locales/index.ts'

/** As a person reads it, and Playwright where it is given a string: the space that keeps a number beside its unit is a space. */
function plainText(wrapper: Pick<VueWrapper | DOMWrapper<Node>, 'text'>): { text(): string } {
  const text = wrapper.text.bind(wrapper)
  return { text: () => text().replaceAll('\u00a0', ' ') }
}
config.plugins.VueWrapper.install(plainText)
config.plugins.DOMWrapper.install(plainText)

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
  return changingFeed(value).watch
}

/** A feed whose value a test changes: `watch` is its call. */
export function changingFeed<Value>(first: Value): { watch: AnsweredCall; tell(value: Value): void } {
  let value = first
  let changed = Promise.withResolvers<void>()
  return {
    watch: async (_input, options) =>
      (async function* () {
        while (options?.signal?.aborted !== true) {
          const next = changed.promise
          yield value
          await Promise.race([next, silence(options?.signal)])
        }
      })(),
    tell(next) {
      value = next
      changed.resolve()
      changed = Promise.withResolvers()
    },
  }
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

/**
 * A component in the surroundings of the app: stores, texts, a router that leads nowhere, and a backend of `answers`.
 * `undrawn` are the parts that need a canvas, which there is none of here.
 */
export async function mountPage(
  component: Component,
  {
    answers,
    props = {},
    language = 'en',
    undrawn = [],
  }: { answers: Answers; props?: Record<string, unknown>; language?: Language; undrawn?: readonly string[] },
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
      { path: '/activity', name: 'activity', component: place },
      { path: '/labs/:labId', name: 'lab', component: place },
      { path: '/tunnels/:tunnelId', name: 'tunnel', component: place },
      { path: '/sign-in/:machine/:id', name: 'sign-in', component: place },
      { path: '/connect', name: 'connect', component: place },
    ],
  })
  const wrapper = mount(component, {
    props,
    attachTo: document.body,
    global: {
      stubs: Object.fromEntries(undrawn.map((name) => [name, true])),
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
