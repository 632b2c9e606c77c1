import { createRouter, createWebHashHistory } from 'vue-router'
import type { Router } from 'vue-router'
import { labRoutes } from '../features/lab/routes.ts'
import { serverRoutes } from '../features/server/routes.ts'
import { setupRoutes } from '../features/setup/routes.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** `app`: sidebar and title bar around the page; `own`: the page brings its own window frame. */
    frame?: 'app' | 'own'
  }
}

/** Every page and its address. Routes without `meta.frame` stand inside the app's frame. */
export function createPages(): Router {
  return createRouter({
    history: createWebHashHistory(),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', name: 'home', component: () => import('../features/home/HomePage.vue') },
      {
        path: '/welcome',
        name: 'welcome',
        component: () => import('../features/welcome/WelcomePage.vue'),
        meta: { frame: 'own' },
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
        path: '/settings',
        name: 'settings',
        component: () => import('../features/settings/SettingsPage.vue'),
      },
      ...setupRoutes,
      ...serverRoutes,
      ...labRoutes,
      { path: '/:anything(.*)', redirect: { name: 'home' } },
    ],
  })
}
