import type { frame as en } from '../en/frame.ts'
import type { Translation } from '../translation.ts'

export const frame: Translation<typeof en> = {
  home: '首页',
  activity: '动态',
  servers: '云服务器',
  settings: '设置',
  settingsUpdate: '设置（有新版本 {version}）',
  add: '添加',
  addServer: '部署一台云服务器',
  addRunning: '连接已运行的 nps',
  addLab: '在 {name} 上添加实验室主机',
  back: '后退',
  forward: '前进',
  search: '搜索',
  searchHint: '云服务器、实验室主机、隧道、页面',
  searchNone: '没有这个名称。',
  notSetUp: '未部署',
  offline: '离线',
  needYou: '{count} 处需要处理',
  skip: '跳到内容',
  backendLost: '应用后端没有应答',
  backendLostText:
    '自 {time} 起。页面会自动重试。在此期间，对所有人开放的隧道继续运行，“仅本机”的隧道可能中断。',
  appLost: 'NPS Desktop 没有应答',
  appLostText:
    '自 {time} 起。页面会自动重试。如果它已退出，请重新启动；每次启动都会打印一个新地址，请打开新地址，并保留末尾的 token。在此期间，对所有人开放的隧道继续运行，“仅本机”的隧道可能中断。',
  refused: {
    token: '这个地址缺少 NPS Desktop 的 token',
    tokenText:
      'NPS Desktop 正在运行，但只接受它最近一次启动时打印的完整地址，末尾带有 #token=…。该地址在启动 NPS Desktop 的终端里，请打开它；如果找不到了，请退出 NPS Desktop 再重新启动。',
    pages: 'NPS Desktop 打开的标签页太多',
    pagesText: '请关闭其中一些；页面会自动重试。',
  },
  backendConnecting: '正在启动',
  linkRefused: '应用不认识这个链接。',
  linkRefusedText:
    '什么也没有做。如果是别人给你的，请让对方重新复制；云服务器的链接由 “nps connect” 完整输出。',
  trial: '示例都在本机运行。',
  trialText: '一台云服务器、一台实验室主机和三个小服务，供试用。结束后不留下任何东西。',
  trialLeavesOut:
    '试用中没有可用 SSH 登录的机器，因此不包含：终端、文件、实验室主机的 GPU 和运行中的服务、路径测试、访客通行证、共享文件夹、nps.conf。',
  trialEnd: '结束试用',
  trialEndTitle: '结束试用？',
  trialEndText: '试用的隧道会关闭，其中的一切，包括你添加和修改的内容，都会删除。',
  lost: '此页面没有加载成功。',
  lostText: '加载它的内容时，连接中断了。',
  lostAgain: '重试',
  crashed: '此页面出错，已停止。',
  crashedText: '应用的其余部分仍在工作。详情：{detail}',
  crashedAgain: '重新显示',
  link: {
    online: '在线',
    checking: '检查中',
    away: '{time} 起无应答',
    failed: '失败',
    'not-set-up': '尚未部署',
  },
  lab: {
    online: '在线',
    offline: '离线',
    unknown: '状态未知',
    waiting: '等待上线',
    broken: '在线，有隧道不通',
  },
}
