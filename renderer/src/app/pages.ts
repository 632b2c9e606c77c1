import { createRouter, createWebHashHistory } from 'vue-router'
import type { RouteRecordRaw, Router } from 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** `app`: sidebar and title bar around the page; `own`: the page brings its own window frame. */
    frame?: 'app' | 'own'
  }
}

/** Every page of the app, in the order of the sidebar. Pages without `meta.frame` stand inside the app's frame. */
const pages: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('../features/home/HomePage.vue') },
  {
    path: '/servers/:serverId',
    name: 'server',
    props: true,
    component: () => import('../features/server/ServerPage.vue'),
  },
  { path: '/labs/:labId', name: 'lab', props: true, component: () => import('../features/lab/LabPage.vue') },
  {
    // `?path=`: a folder there; without it the account's home
    path: '/labs/:labId/files',
    name: 'files',
    props: ({ params, query }) => ({
      labId: params['labId'],
      path: typeof query['path'] === 'string' && query['path'] !== '' ? query['path'] : '~',
    }),
    component: () => import('../features/files/FilesPage.vue'),
  },
  {
    path: '/tunnels/:tunnelId',
    name: 'tunnel',
    props: true,
    component: () => import('../features/tunnel/TunnelPage.vue'),
  },
  {
    path: '/activity',
    name: 'activity',
    component: () => import('../features/activity/ActivityPage.vue'),
  },
  {
    // `?lab=` or `?server=` opens one there
    path: '/terminal',
    name: 'terminal',
    component: () => import('../features/terminal/TerminalPage.vue'),
  },
  {
    path: '/settings',
    name: 'settings',
    component: () => import('../features/settings/SettingsPage.vue'),
  },
  {
    path: '/sign-in/:machine(server|lab)/:id',
    name: 'sign-in',
    props: true,
    component: () => import('../features/setup/sign-in/SignInPage.vue'),
  },
  {
    path: '/welcome',
    name: 'welcome',
    component: () => import('../features/welcome/WelcomePage.vue'),
    meta: { frame: 'own' },
  },
  {
    path: '/setup/:serverId?',
    name: 'setup',
    props: ({ params }) => ({ serverId: params['serverId'] || null }),
    component: () => import('../features/setup/new-server/SetupPage.vue'),
    meta: { frame: 'own' },
  },
  {
    path: '/connect',
    name: 'connect',
    props: ({ query }) => ({ link: typeof query['link'] === 'string' ? query['link'] : '' }),
    component: () => import('../features/setup/connect/ConnectPage.vue'),
    meta: { frame: 'own' },
  },
  {
    // `?labId=` goes on with a lab box whose setup has begun; `?line=again` shows a new line for one that is online
    path: '/servers/:serverId/add-lab',
    name: 'add-lab',
    props: ({ params, query }) => ({
      serverId: params['serverId'],
      labId: typeof query['labId'] === 'string' ? query['labId'] : null,
      lineAgain: query['line'] === 'again',
    }),
    component: () => import('../features/setup/add-lab/AddLabPage.vue'),
    meta: { frame: 'own' },
  },
]

/** The router over all pages; an unknown address leads home. */
export function createPages(): Router {
  return createRouter({
    history: createWebHashHistory(),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [...pages, { path: '/:anything(.*)', redirect: { name: 'home' } }],
  })
}
