import type { AbsenceReason } from '@nps-desktop/relay-core/api'
import type { Notice, NoticeEvent } from './notices-contract.ts'

/** What the system shows of a notification. */
export interface NoticeWords {
  readonly title: string
  readonly body: string
}

/** How one language says it. Counts are words up to ten, as on the screen. */
interface Sentences {
  clock(atMs: number): string
  duration(ms: number): string
  event(event: NoticeEvent): NoticeWords
  summary(count: number): string
}

const minuteMs = 60_000

function minutes(ms: number): { days: number; hours: number; minutes: number } {
  const all = Math.max(0, Math.round(ms / minuteMs))
  return { days: Math.floor(all / 1440), hours: Math.floor((all % 1440) / 60), minutes: all % 60 }
}

function gigabytes(bytes: number): string {
  return `${bytes >= 1e10 ? Math.round(bytes / 1e9) : (bytes / 1e9).toFixed(1)} GB`
}

const counts = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const count = (value: number): string => counts[value] ?? String(value)
const many = (value: number, one: string, more: string): string =>
  `${count(value)} ${value === 1 ? one : more}`
const gpuList = (gpus: readonly number[], and: string): string => {
  const last = gpus.at(-1)
  const first = gpus.slice(0, -1).join(', ')
  return `GPU ${first === '' ? '' : `${first} ${and} `}${last ?? ''}`
}

const whyEn: Readonly<Record<AbsenceReason, string>> = {
  stopped: 'Its npc was stopped, or the machine shut down.',
  lost: 'Nothing was heard from it any more.',
  restarted:
    'Nothing was heard from it, and its npc was then started again, as after a restart of the machine.',
  disabled: 'It was switched off on its server.',
  portal: 'It seems to have been behind the login page of its network.',
}
const whyZh: Readonly<Record<AbsenceReason, string>> = {
  stopped: '它的 npc 被停止，或主机关机。',
  lost: '收不到它的任何消息。',
  restarted: '先是收不到它的消息，之后它的 npc 重新启动，比如主机重启之后。',
  disabled: '它在云服务器上被停用。',
  portal: '它所在的网络似乎要求先在登录页登录。',
}

const en: Sentences = {
  clock: (atMs) =>
    new Date(atMs).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hour12: false }),
  duration: (ms) => {
    const { days, hours, minutes: rest } = minutes(ms)
    if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`
    if (hours > 0) return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`
    return `${rest} min`
  },
  summary: (number) => `${capital(many(number, 'thing', 'things'))} happened in your quiet hours`,
  event: (event) => {
    switch (event.code) {
      case 'server-away': {
        const since = `Since ${en.clock(event.sinceMs)}.`
        const wait =
          event.tunnels === 0
            ? ''
            : event.tunnels === 1
              ? ' One tunnel waits for it and comes back by itself.'
              : ` ${capital(count(event.tunnels))} tunnels wait for it and come back by themselves.`
        return { title: `${event.server} does not answer`, body: since + wait }
      }
      case 'server-back':
        return {
          title:
            event.tunnels > 1 ? `All ${count(event.tunnels)} tunnels are back` : `${event.server} is back`,
          body: `${event.server} was away for ${en.duration(event.awayMs)}.`,
        }
      case 'lab-away': {
        const wait =
          event.tunnels === 0
            ? ''
            : ` ${capital(many(event.tunnels, 'tunnel waits', 'tunnels wait'))} for it.`
        const why = event.why === undefined ? '' : ` ${whyEn[event.why]}`
        return { title: `${event.lab} is offline`, body: `Since ${en.clock(event.sinceMs)}.${why}${wait}` }
      }
      case 'lab-back': {
        const why = event.why === undefined ? '' : ` ${whyEn[event.why]}`
        return {
          title: `${event.lab} is back`,
          body: `It was offline for ${en.duration(event.awayMs)}.${why}`,
        }
      }
      case 'service-gone':
        return {
          title: `${event.service} on ${event.lab} has not answered for ${en.duration(event.awayMs)}`,
          body: event.isRefused
            ? `The lab box is fine, nothing listens on ${event.target}.`
            : `The lab box is fine, ${event.target} gives no right answer.`,
        }
      case 'service-back':
        return {
          title: `${event.service} on ${event.lab} is back`,
          body: `It did not answer for ${en.duration(event.awayMs)}.`,
        }
      case 'process-ended': {
        const exit = event.exitCode === null ? 'Ended' : `Exit code ${event.exitCode}`
        const free =
          event.freeGpus.length === 0
            ? ''
            : ` ${gpuList(event.freeGpus, 'and')} ${event.freeGpus.length === 1 ? 'is' : 'are'} free now.`
        return {
          title: `${event.process} ended on ${event.lab}`,
          body: `${exit} after ${en.duration(event.ranMs)}.${free}`,
        }
      }
      case 'gpus-free':
        return {
          title: `${capital(many(event.gpus.length, 'GPU is', 'GPUs are'))} free on ${event.lab}`,
          body: `${gpuList(event.gpus, 'and')}, for 5 min. This alert is off now.`,
        }
      case 'disk-over':
        return {
          title: `${event.mount} on ${event.lab} is ${event.percent} % full`,
          body: 'This alert is off now.',
        }
      case 'memory-over':
        return {
          title: `${event.percent} % of the memory of ${event.lab} is used`,
          body: 'This alert is off now.',
        }
      case 'quota-near':
        return {
          title:
            event.percent >= 100
              ? `The quota of ${event.of} is used up`
              : `${event.percent} % of the quota of ${event.of} is used`,
          body: `${gigabytes(event.usedBytes)} of ${gigabytes(event.quotaBytes)}.`,
        }
    }
  },
}

const zh: Sentences = {
  clock: (atMs) =>
    new Date(atMs).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false }),
  duration: (ms) => {
    const { days, hours, minutes: rest } = minutes(ms)
    if (days > 0) return hours > 0 ? `${days} 天 ${hours} 小时` : `${days} 天`
    if (hours > 0) return rest > 0 ? `${hours} 小时 ${rest} 分钟` : `${hours} 小时`
    return `${rest} 分钟`
  },
  summary: (number) => `免打扰时段内发生了 ${number} 件事`,
  event: (event) => {
    switch (event.code) {
      case 'server-away': {
        const wait = event.tunnels === 0 ? '' : `${event.tunnels} 条隧道在等它，恢复后会自动重连。`
        return { title: `${event.server} 没有应答`, body: `自 ${zh.clock(event.sinceMs)} 起。${wait}` }
      }
      case 'server-back':
        return {
          title: event.tunnels > 1 ? `${event.tunnels} 条隧道全部恢复` : `${event.server} 已恢复`,
          body: `${event.server} 中断了 ${zh.duration(event.awayMs)}。`,
        }
      case 'lab-away': {
        const wait = event.tunnels === 0 ? '' : `${event.tunnels} 条隧道在等它。`
        const why = event.why === undefined ? '' : whyZh[event.why]
        return { title: `${event.lab} 已离线`, body: `自 ${zh.clock(event.sinceMs)} 起。${why}${wait}` }
      }
      case 'lab-back': {
        const why = event.why === undefined ? '' : whyZh[event.why]
        return { title: `${event.lab} 已恢复`, body: `它离线了 ${zh.duration(event.awayMs)}。${why}` }
      }
      case 'service-gone':
        return {
          title: `${event.lab} 上的 ${event.service} 已 ${zh.duration(event.awayMs)}没有应答`,
          body: event.isRefused
            ? `主机正常，但 ${event.target} 上没有程序在监听。`
            : `主机正常，但 ${event.target} 的应答不对。`,
        }
      case 'service-back':
        return {
          title: `${event.lab} 上的 ${event.service} 已恢复`,
          body: `它有 ${zh.duration(event.awayMs)}没有应答。`,
        }
      case 'process-ended': {
        const exit = event.exitCode === null ? '已结束' : `退出码 ${event.exitCode}`
        const free = event.freeGpus.length === 0 ? '' : `${gpuList(event.freeGpus, '和')} 现在空闲。`
        return {
          title: `${event.lab} 上的 ${event.process} 已结束`,
          body: `运行 ${zh.duration(event.ranMs)}，${exit}。${free}`,
        }
      }
      case 'gpus-free':
        return {
          title: `${event.lab} 上有 ${event.gpus.length} 块 GPU 空闲`,
          body: `${gpuList(event.gpus, '和')}，已空闲 5 分钟。此提醒已关闭。`,
        }
      case 'disk-over':
        return { title: `${event.lab} 的 ${event.mount} 已用 ${event.percent} %`, body: '此提醒已关闭。' }
      case 'memory-over':
        return { title: `${event.lab} 的内存已用 ${event.percent} %`, body: '此提醒已关闭。' }
      case 'quota-near':
        return {
          title:
            event.percent >= 100
              ? `${event.of} 的流量上限已用完`
              : `${event.of} 的流量上限已用 ${event.percent} %`,
          body: `已用 ${gigabytes(event.usedBytes)}，共 ${gigabytes(event.quotaBytes)}。`,
        }
    }
  },
}

/** Of a summary as many as a notification has room for. */
const shownOfSummary = 4

/** The words of a notification. Names in it are other people's text: to be shown as text alone. */
export function noticeWords({ events }: Notice, language: 'en' | 'zh-CN'): NoticeWords {
  const say = language === 'en' ? en : zh
  const [only] = events
  if (only && events.length === 1) return say.event(only)
  const titles = events.slice(0, shownOfSummary).map((event) => say.event(event).title)
  return {
    title: say.summary(events.length),
    body: titles.join(language === 'en' ? '. ' : '。') + (language === 'en' ? '.' : '。'),
  }
}
