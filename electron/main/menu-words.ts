import { app } from 'electron'
import type { Settings, TunnelKind } from '@nps-desktop/electron/contract'

/** The few words that the system draws for us: menu bar and tray. */
const en = {
  open: 'Open NPS Desktop',
  checkAgain: 'Check again',
  quit: 'Quit (only tunnels open to anyone keep running)',
  quitShort: 'Quit',
  noTunnels: 'No tunnels yet.',
  allReady: (count: number) => (count === 1 ? 'The tunnel is ready.' : `All ${count} tunnels are ready.`),
  needYou: (count: number) => (count === 1 ? 'One thing needs you.' : `${count} things need you.`),
  laptopOffline: 'This laptop is offline.',
  checking: 'Checking…',
  /** The job of a tunnel's line. */
  verbs: {
    ssh: 'Copy ssh command',
    jupyter: 'Open notebook',
    tensorboard: 'Open board',
    code: 'Open VS Code',
    rdp: 'Copy address',
    vnc: 'Copy address',
    llm: 'Copy base URL',
    web: 'Open page',
    tcp: 'Copy address',
    udp: 'Copy address',
    socks5: 'Copy address',
    httpProxy: 'Copy address',
    host: 'Open page',
    file: 'Open folder',
  } satisfies Record<TunnelKind, string>,
  cannotStart: {
    title: 'NPS Desktop cannot start.',
    noData: 'NPS Desktop cannot open its data.',
    inUse:
      'Another program holds it: a second NPS Desktop, a backup, or a tool for databases. Close that program and try again. Nothing was changed.',
    refused:
      'Make room on this laptop, or check the permissions of the data folder, and try again. If the file is damaged, put back a copy of it. Nothing was changed.',
    tryAgain: 'Try again',
    quit: 'Quit',
  },
  file: 'File',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
}

const zh: typeof en = {
  open: '打开 NPS Desktop',
  checkAgain: '重新检查',
  quit: '退出（仅对所有人开放的隧道继续运行）',
  quitShort: '退出',
  noTunnels: '还没有隧道。',
  allReady: (count) => `${count} 条隧道全部可用。`,
  needYou: (count) => `${count} 处需要处理。`,
  laptopOffline: '本机没有联网。',
  checking: '检查中…',
  verbs: {
    ssh: '复制 ssh 命令',
    jupyter: '打开 Notebook',
    tensorboard: '打开 TensorBoard',
    code: '打开 VS Code',
    rdp: '复制地址',
    vnc: '复制地址',
    llm: '复制 base URL',
    web: '打开网页',
    tcp: '复制地址',
    udp: '复制地址',
    socks5: '复制地址',
    httpProxy: '复制地址',
    host: '打开网页',
    file: '打开文件夹',
  },
  cannotStart: {
    title: 'NPS Desktop 无法启动。',
    noData: 'NPS Desktop 无法打开自己的数据。',
    inUse:
      '数据正被另一个程序占用：可能是另一个 NPS Desktop、备份程序或数据库工具。请关闭那个程序后再试。没有任何改动。',
    refused:
      '请在本机腾出空间，或检查数据文件夹的权限，然后再试。如果文件已损坏，请换回它的一份备份。没有任何改动。',
    tryAgain: '再试一次',
    quit: '退出',
  },
  file: '文件',
  edit: '编辑',
  view: '显示',
  window: '窗口',
}

export type MenuWords = typeof en

/** The language that a person has chosen, or that the system speaks. */
export function languageOf(language: Settings['language']): 'en' | 'zh-CN' {
  const chosen = language === 'system' ? app.getLocale() : language
  return chosen.startsWith('zh') ? 'zh-CN' : 'en'
}

export function wordsFor(language: Settings['language']): MenuWords {
  return languageOf(language) === 'en' ? en : zh
}
