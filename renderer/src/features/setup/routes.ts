import type { RouteRecordRaw } from 'vue-router'

/**
 * Names used elsewhere: `setup` (params: serverId?), `connect` (query: link), `add-lab` (params: serverId; query: labId to
 * go on with one), `sign-in` (params: machine `server` or `lab`, id).
 */
export const setupRoutes: RouteRecordRaw[] = [
  {
    path: '/setup/:serverId?',
    name: 'setup',
    props: ({ params }) => ({ serverId: params['serverId'] || null }),
    component: () => import('./SetupPage.vue'),
    meta: { frame: 'own' },
  },
  {
    path: '/connect',
    name: 'connect',
    props: ({ query }) => ({ link: typeof query['link'] === 'string' ? query['link'] : '' }),
    component: () => import('./ConnectPage.vue'),
    meta: { frame: 'own' },
  },
  {
    path: '/servers/:serverId/add-lab',
    name: 'add-lab',
    props: ({ params, query }) => ({
      serverId: params['serverId'],
      labId: typeof query['labId'] === 'string' ? query['labId'] : null,
    }),
    component: () => import('./AddLabPage.vue'),
    meta: { frame: 'own' },
  },
  {
    path: '/sign-in/:machine(server|lab)/:id',
    name: 'sign-in',
    props: true,
    component: () => import('./SignInPage.vue'),
  },
]
