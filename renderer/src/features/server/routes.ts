import type { RouteRecordRaw } from 'vue-router'

/** Names used elsewhere: `server` (params: serverId). */
export const serverRoutes: RouteRecordRaw[] = [
  {
    path: '/servers/:serverId',
    name: 'server',
    props: true,
    component: () => import('./ServerPage.vue'),
  },
]
