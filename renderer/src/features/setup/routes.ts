import type { RouteRecordRaw } from 'vue-router'

/** Names used elsewhere: `setup` (params: serverId?), `connect`, `add-lab` (params: serverId). */
export const setupRoutes: RouteRecordRaw[] = []
