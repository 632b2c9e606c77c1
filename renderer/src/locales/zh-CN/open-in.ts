import type { openIn as en } from '../en/open-in.ts'
import type { Translation } from '../translation.ts'

export const openIn: Translation<typeof en> = {
  title: '用其他程序打开',
  heading: '用其他程序打开',
  terminal: '终端',
  vscode: 'VS Code',
  cursor: 'Cursor',
  gateway: 'JetBrains Gateway',
  note: {
    terminal: '使用这条 ssh 命令',
    vscode: 'Remote-SSH',
    cursor: 'Remote-SSH',
    gateway: '自动填好连接表单',
  },
  copy: '复制 ssh 命令',
  opening: '正在用 {program} 打开 {lab}',
  failedTitle: '{program} 未能打开 {lab}',
  ask: {
    title: '在你的 ssh 设置中保留条目？',
    text: '这样 {program} 和 ssh 就能按名称找到 {lab} 并核对其主机密钥，地址或端口变了也一样。',
    files: '会在 {config} 开头加一行，条目本身写在 {own} 中。其余内容不动；设置中的开关可将两者都撤除。',
    keep: '保留条目并打开',
    without: '不加条目，直接打开',
  },
  settings: {
    title: '用其他程序打开',
    entries: '在 ssh 设置中保留条目',
    entriesText: '有 SSH 隧道的实验室主机在 ssh、VS Code 等程序中各有一个名称：{names}',
    entriesOff: '有 SSH 隧道的实验室主机在 ssh、VS Code 等程序中各得一个名称，写在 {own} 中。',
    none: '还没有带 SSH 隧道的实验室主机',
  },
}
