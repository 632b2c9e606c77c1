import type { console as en } from '../en/console.ts'
import type { Words } from '../words.ts'

export const console: Words<typeof en> = {
  title: 'NPS',
  user: '用户名',
  password: '密码',
  logIn: '登录',
  logOut: '退出登录',
  noPassword:
    'nps.conf 中的 web_password 为空或过于常见，因此任何人都无法登录。请改为其他密码，然后运行 “nps reload”。',
  silent: '云服务器没有应答。',
  silentText: 'nps 可能正在重启，或本机没有联网。',
  reconnecting: '云服务器没有应答，正在重试。',
  online: '{total} 台实验室主机中 {online} 台在线。',
  facts: 'nps {version} · 实验室主机连接端口 {bridge} · 隧道可用端口 {ports}',
  everyPort: '全部端口',
  noClients: '还没有实验室主机。',
  noClientsText: '添加一台，然后在那里的 shell 中粘贴一行命令。',
  addClient: '添加实验室主机',
  addClientHint: '您对这台机器的称呼。要粘贴的命令会立即出现。',
  showCommand: '启动命令',
  pasteCurl: '在那里粘贴（curl）',
  pasteWget: '或使用 wget',
  command: '手动运行 npc',
  enable: '启用',
  disable: '停用',
  disabled: '已停用',
  removeText: '它会立即离线，其 {n} 条隧道一并删除。',
  removeTunnelText: '端口 {port} 会立即关闭。',
}
