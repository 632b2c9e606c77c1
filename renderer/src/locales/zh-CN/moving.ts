import type { moving as en } from '../en/moving.ts'
import type { Translation } from '../translation.ts'

export const moving: Translation<typeof en> = {
  title: '换一台电脑',
  label: '把所有数据带走',
  text: '云服务器、实验室主机、隧道、主机密钥、设置和登录方式，存入一个用口令打开的文件。',
  export: {
    button: '导出…',
    title: '导出到另一台电脑',
    text: '拥有该文件及其口令的人可以登录你所有的云服务器和实验室主机。没有口令则无法打开。',
    passphrase: '口令',
    hint: '至少 8 个字符',
    again: '再次输入',
    differ: '两次输入不同',
    action: '保存文件',
    saved: '文件已生成。',
  },
  import: {
    button: '导入…',
    title: '从另一台电脑导入',
    file: '文件',
    tooLarge: '文件过大，不是本应用的导出文件',
    passphrase: '口令',
    look: '查看内容',
    take: '添加到本机',
    made: '于 {date} 由版本 {version} 生成',
    servers: '云服务器',
    labs: '实验室主机',
    hostKeys: '主机密钥',
    signIns: '登录方式',
    settings: '设置',
    none: '没有新的',
    here: '{n} 项本机已有，保持不变。',
    keyFiles: '以下密钥文件不在其中，请复制到本机的相同位置：',
    nothing: '其中的内容本机都已有。',
    added: '已添加。云服务器：{servers}，实验室主机：{labs}，登录方式：{signIns}。',
  },
}
