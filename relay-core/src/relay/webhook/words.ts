import type { WebhookLanguage } from '../../api/webhook/webhook-models.ts'
import type { WebhookEvent, WebhookMessage } from './event.ts'

/** What a person reads. */
export interface Words {
  readonly title: string
  readonly body: string
}

const minuteMs = 60_000
/** A tunnel may have 64 targets; a person needs the first few. */
const namedTargets = 3

/** `2026-11-29 10:42 (UTC+08:00)`, in the server's time zone: whoever reads it may be in another one, and later. */
export function instant(atMs: number): string {
  const ahead = -new Date(atMs).getTimezoneOffset()
  const there = new Date(atMs + ahead * minuteMs).toISOString()
  const offset = new Date(Math.abs(ahead) * minuteMs).toISOString().slice(11, 16)
  return `${there.slice(0, 10)} ${there.slice(11, 16)} (UTC${ahead < 0 ? '-' : '+'}${offset})`
}

function gigabytes(bytes: number): string {
  return `${bytes >= 1e10 ? Math.round(bytes / 1e9) : (bytes / 1e9).toFixed(1)} GB`
}

function duration(ms: number, [d, h, min]: readonly [string, string, string]): string {
  const all = Math.max(1, Math.round(ms / minuteMs))
  const [days, hours, rest] = [Math.floor(all / 1440), Math.floor((all % 1440) / 60), all % 60]
  if (days > 0) return hours > 0 ? `${days} ${d} ${hours} ${h}` : `${days} ${d}`
  if (hours > 0) return rest > 0 ? `${hours} ${h} ${rest} ${min}` : `${hours} ${h}`
  return `${rest} ${min}`
}

const enDuration = (ms: number): string => duration(ms, ['d', 'h', 'min'])
const zhDuration = (ms: number): string => duration(ms, ['天', '小时', '分钟'])

function list(targets: readonly string[]): string {
  return targets.slice(0, namedTargets).join(', ') + (targets.length > namedTargets ? ', …' : '')
}

function en(event: WebhookEvent, server: string): Words {
  switch (event.event) {
    case 'test':
      return { title: 'A test message', body: `What happens on ${server} is told here.` }
    case 'lab-away': {
      const { tunnels } = event
      const wait =
        tunnels === 0 ? '' : tunnels === 1 ? ' 1 tunnel waits for it.' : ` ${tunnels} tunnels wait for it.`
      return { title: `${event.lab} is offline`, body: `Since ${instant(event.sinceMs)}.${wait}` }
    }
    case 'lab-back': {
      // The one reason that somebody there can end.
      const why = event.why === 'portal' ? ' It seems to have been behind a login page of its network.' : ''
      return { title: `${event.lab} is back`, body: `It was offline for ${enDuration(event.awayMs)}.${why}` }
    }
    case 'service-away':
      return {
        title: `${event.service} on ${event.lab} does not answer`,
        body: `Since ${instant(event.sinceMs)}. The lab box is online; ${list(event.targets)} gives no right answer.`,
      }
    case 'service-back':
      return {
        title: `${event.service} on ${event.lab} is back`,
        body: `It did not answer for ${enDuration(event.awayMs)}.`,
      }
    case 'quota': {
      const which = event.isMonthly ? 'month’s quota' : 'quota'
      return {
        title:
          event.percent >= 100
            ? `The ${which} of ${event.of} is used up`
            : `${event.percent} % of the ${which} of ${event.of} is used`,
        body: `${gigabytes(event.usedBytes)} of ${gigabytes(event.quotaBytes)}.`,
      }
    }
    case 'process-ended':
      return {
        title: `${event.process} on ${event.lab} has ended`,
        body: `It ran for ${enDuration(event.ranMs)}. Its exit code is not known: the server only learns that the process is gone.`,
      }
    case 'gpus-free': {
      const [first = 0, ...more] = event.gpus
      return {
        title:
          more.length === 0
            ? `A GPU is free on ${event.lab}`
            : `${event.gpus.length} GPUs are free on ${event.lab}`,
        body: more.length === 0 ? `GPU ${first}, for 5 min.` : `GPUs ${event.gpus.join(', ')}, for 5 min.`,
      }
    }
    case 'guest-came':
      return {
        title: `${event.guest} uses the guest pass for ${event.service} on ${event.lab}`,
        body: `For the first time, from ${event.address}.`,
      }
    case 'guest-pass-over':
      return {
        title: `The guest pass of ${event.guest} for ${event.service} on ${event.lab} has ended`,
        body: event.wasUsed ? 'It was used.' : 'It was never used.',
      }
  }
}

function zh(event: WebhookEvent, server: string): Words {
  switch (event.event) {
    case 'test':
      return { title: '测试消息', body: `${server} 上发生的事会在这里通知。` }
    case 'lab-away': {
      const wait = event.tunnels === 0 ? '' : `${event.tunnels} 条隧道在等它。`
      return { title: `${event.lab} 已离线`, body: `自 ${instant(event.sinceMs)} 起。${wait}` }
    }
    case 'lab-back': {
      const why = event.why === 'portal' ? '它所在的网络似乎要求先在登录页登录。' : ''
      return { title: `${event.lab} 已恢复`, body: `它离线了 ${zhDuration(event.awayMs)}。${why}` }
    }
    case 'service-away':
      return {
        title: `${event.lab} 上的 ${event.service} 没有应答`,
        body: `自 ${instant(event.sinceMs)} 起。主机在线，但 ${list(event.targets)} 的应答不对。`,
      }
    case 'service-back':
      return {
        title: `${event.lab} 上的 ${event.service} 已恢复`,
        body: `它有 ${zhDuration(event.awayMs)}没有应答。`,
      }
    case 'quota': {
      const which = event.isMonthly ? '每月流量上限' : '流量上限'
      return {
        title:
          event.percent >= 100
            ? `${event.of} 的${which}已用完`
            : `${event.of} 的${which}已用 ${event.percent} %`,
        body: `已用 ${gigabytes(event.usedBytes)}，共 ${gigabytes(event.quotaBytes)}。`,
      }
    }
    case 'process-ended':
      return {
        title: `${event.lab} 上的 ${event.process} 已结束`,
        body: `它运行了 ${zhDuration(event.ranMs)}。退出码未知：服务器只知道这个进程已经没有了。`,
      }
    case 'gpus-free':
      return {
        title: `${event.lab} 有 ${event.gpus.length} 块 GPU 空闲`,
        body: `GPU ${event.gpus.join('、')}，已空闲 5 分钟。`,
      }
    case 'guest-came':
      return {
        title: `${event.guest} 使用了 ${event.lab} 上 ${event.service} 的访客通行证`,
        body: `首次使用，来自 ${event.address}。`,
      }
    case 'guest-pass-over':
      return {
        title: `${event.guest} 的访客通行证已到期（${event.lab} 上的 ${event.service}）`,
        body: event.wasUsed ? '它被使用过。' : '它没有被使用过。',
      }
  }
}

/** Names in it are other people's text: each service's form has to take its markup out of them. "NPS" stands in each one, for services that demand a keyword. */
export function wordsOf({ event, server }: WebhookMessage, language: WebhookLanguage): Words {
  const { title, body } = language === 'en' ? en(event, server) : zh(event, server)
  return { title: `[NPS ${server}] ${title}`, body }
}
