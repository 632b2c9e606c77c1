import type { settings as en } from '../en/settings.ts'
import type { Translation } from '../translation.ts'

export const settings: Translation<typeof en> = {
  title: '设置',
  general: '通用',
  language: '语言',
  theme: '主题',
  system: '跟随系统',
  light: '浅色',
  dark: '深色',
  closeToTray: '关闭窗口后继续运行',
  closeToTrayText: '应用留在托盘中。无论如何，隧道都不依赖它运行。',
  hostKeys: '主机密钥',
  noHostKeys: '还没有主机密钥',
  noHostKeysText: '你登录的每台机器，其密钥会显示一次，由你确认后保存在这里。',
  forgetKey: '删除 {host} 的密钥',
  forgetTitle: '删除 {host} 的主机密钥？',
  keyWay: '经由 {way}',
  forgetText: '下次登录时会再次显示它的密钥，需要重新确认。',
  about: '关于',
  dataFolder: '数据文件夹',
  openFolder: '打开',
  keychain: '密码和密钥由系统钥匙串加密。',
  keyFile: '密码和密钥由其中仅你可读的密钥文件加密。',
  licence: '许可证',
}
