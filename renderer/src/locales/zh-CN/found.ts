import type { found as en } from '../en/found.ts'
import type { Translation } from '../translation.ts'

export const found: Translation<typeof en> = {
  title: '在这台主机上发现',
  looking: '正在查看…',
  looked: '{time}前查看',
  asOf: '{time} 的数据',
  you: '你',
  system: '系统',
  add: '添加',
  addIt: '仍然添加',
  addNamed: '为 {port} 端口上的 {name} 添加隧道',
  use: '改用 {port}',
  moved: '{tunnel} 通往 {port} 端口，那里现在没有程序在运行。',
  elses: '你将能访问 {owner} 的 {name}。',
  haveTunnels: '{ports} 已有隧道',
  nothing: '这里没有运行 Notebook、TensorBoard 或模型服务。',
  allTunnelled: '这里运行的服务都已有隧道。',
  off: '应用不查看 {name} 上运行着什么。',
  turnOn: '查看',
  turnOff: '不在 {name} 上查看',
  lookAgain: '重新查看',
  about: {
    folder: '{text}',
    logdir: '日志目录 {text}',
    conda: 'conda {text}',
    venv: 'venv {text}',
    model: '{text}',
    script: '{text}',
    title: '{text}',
  },
}
