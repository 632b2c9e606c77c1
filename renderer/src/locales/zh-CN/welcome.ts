import type { welcome as en } from '../en/welcome.ts'
import type { Translation } from '../translation.ts'

export const welcome: Translation<typeof en> = {
  title: '在家也能用实验室的机器。',
  text: '流量只经过你自己的一台小云服务器。不用注册账号，不经过第三方。',
  picture: '本机经由你的云服务器到达实验室主机',
  youConnect: '你连接过去',
  labDials: '它主动连出',
  labHidden: '实验室，无公网地址',
  setUp: '部署我的云服务器',
  setUpText: '任何有公网地址、能 ssh 登录的 Linux 机器。',
  setUpTime: '约 2 分钟',
  connect: '我已经在运行 nps',
  connectText: '读取已有的客户端和隧道，不改动那边的任何设置。',
  connectTime: '约 1 分钟',
  anotherLaptop: '来自另一台电脑',
  anotherLaptopText: '用配对码取来它的云服务器、主机和登录方式。',
  anotherLaptopTime: '约 1 分钟',
  trial: '在本机上试用',
  trialText: '云服务器、实验室主机和 Notebook 都在本机运行。',
  trialTime: '20 秒',
  trialStarting: '正在启动',
  secretsKeychain: '密码和密钥只保存在本机的系统钥匙串中。',
  secretsKeyFile: '密码和密钥只保存在本机，由仅你可读的密钥文件加密。',
  language: '语言',
}
