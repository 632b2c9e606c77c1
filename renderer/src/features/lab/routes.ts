import type { RouteRecordRaw } from 'vue-router'

/** Names used elsewhere: `lab` (params: labId). */
export const labRoutes: RouteRecordRaw[] = [
  { path: '/labs/:labId', name: 'lab', props: true, component: () => import('./LabPage.vue') },
]
