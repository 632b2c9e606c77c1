import { STATUS_CODES } from 'node:http'

/** Why the relay answers instead of the target. */
export type HostRefusal =
  | 'unknown-host'
  | 'paused'
  | 'offline'
  | 'target-refused'
  | 'target-failed'
  | 'target-timeout'
  | 'too-many'
  | 'limit'
  | 'denied'
  | 'unauthorized'
  | 'bad-request'
  | 'head-too-long'

interface Words {
  readonly status: number
  readonly zh: readonly [title: string, advice: string]
  readonly en: readonly [title: string, advice: string]
}

const words: Record<HostRefusal, Words> = {
  'unknown-host': {
    status: 404,
    zh: [
      '这里没有这个网站',
      '请检查网址。若您是管理员：服务器上没有匹配该域名和路径的主机隧道，或它已停止。',
    ],
    en: [
      'There is no such site here',
      'Check the address. If you run this server: no started host tunnel answers to this name and path.',
    ],
  },
  paused: {
    status: 503,
    zh: ['该网站已暂停', '管理员暂停了它，请稍后再来。'],
    en: ['This site is paused', 'Its owner has paused it. Come back later.'],
  },
  offline: {
    status: 502,
    zh: ['实验室电脑不在线', '它会自动重连。若长时间如此，请检查那台电脑是否开机、npc 是否在运行。'],
    en: [
      'The lab box is offline',
      'It reconnects by itself. If it does not: is it switched on, and does npc run there?',
    ],
  },
  'target-refused': {
    status: 502,
    zh: ['目标程序没有运行', '实验室电脑在线，但目标端口上没有程序在监听。请在那里启动该程序。'],
    en: [
      'The service behind this site does not run',
      'The lab box is online, but no program listens at the target. Start it there.',
    ],
  },
  'target-failed': {
    status: 502,
    zh: ['目标程序没有正常应答', '连接已建立，但没有收到完整的 HTTP 应答，或无法到达目标地址。'],
    en: [
      'The service behind this site did not answer properly',
      'The target could not be reached, or what it sent was no complete HTTP answer.',
    ],
  },
  'target-timeout': {
    status: 504,
    zh: ['目标程序没有及时应答', '请检查实验室电脑上的目标地址和防火墙，然后重试。'],
    en: [
      'The service behind this site did not answer in time',
      'Check the target address and the firewall behind the lab box, then try again.',
    ],
  },
  'too-many': {
    status: 429,
    zh: ['请求太多', '已达到连接数上限，请稍后重试。'],
    en: ['Too many requests', 'The limit of connections is reached. Try again in a while.'],
  },
  limit: {
    status: 503,
    zh: ['该网站已达到限额', '流量配额已用完，或服务已到期。请联系管理员。'],
    en: [
      'This site has reached its limit',
      'Its traffic quota is used up, or it has expired. Ask its owner.',
    ],
  },
  denied: {
    status: 403,
    zh: ['您的地址不在允许范围内', '管理员限制了可以访问的地址。'],
    en: ['Your address may not visit this site', 'Its owner has restricted who may come.'],
  },
  unauthorized: {
    status: 401,
    zh: ['需要用户名和密码', '请输入管理员给您的用户名和密码。'],
    en: ['A user name and password are needed', 'Enter the ones that the owner of this site gave you.'],
  },
  'bad-request': {
    status: 400,
    zh: ['请求无法理解', '请求不符合 HTTP 规范，或没有说明要访问的网站。'],
    en: [
      'The request could not be understood',
      'It does not follow HTTP, or does not say which site it is for.',
    ],
  },
  'head-too-long': {
    status: 431,
    zh: ['请求头太长', '请清除该网站的 Cookie 后重试。'],
    en: ['The request has too much in its header', 'Clear the cookies of this site, then try again.'],
  },
}

export interface ErrorPage {
  readonly status: number
  readonly reason: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A page of the relay itself, in Chinese and English; it contains nothing from the request. */
export function errorPage(refusal: HostRefusal): ErrorPage {
  const { status, zh, en } = words[refusal]
  const body = Buffer.from(`<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${status} ${zh[0]} · ${en[0]}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.25rem; margin: 0 }
p { margin: .25rem 0 2rem }
small { opacity: .7 }
</style>
<main>
<section><h1>${zh[0]}</h1><p>${zh[1]}</p></section>
<section lang="en"><h1>${en[0]}</h1><p>${en[1]}</p></section>
<small>${status} · ${refusal} · nps</small>
</main>
</html>
`)
  return {
    status,
    reason: STATUS_CODES[status] ?? 'Error',
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': String(body.length),
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
      ...(refusal === 'unauthorized' && { 'WWW-Authenticate': 'Basic realm="nps", charset="UTF-8"' }),
      ...((refusal === 'too-many' || refusal === 'offline') && { 'Retry-After': '5' }),
    },
    body,
  }
}
