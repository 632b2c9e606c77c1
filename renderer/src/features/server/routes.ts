import type { RouteRecordRaw } from 'vue-router'

/** Names used elsewhere: `server` (params: serverId). */
export const serverRoutes: RouteRecordRaw[] = []
