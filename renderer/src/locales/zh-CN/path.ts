import type { path as en } from '../en/path.ts'
import type { Translation } from '../translation.ts'

export const path: Translation<typeof en> = {
  title: '路径测试',
  text: '最多 6 秒，经过云服务器最多 8 MB',
  running: '正在测试，最多 6 秒…',
  run: '测试',
  again: '重新测试',
  laptop: '本机',
  leg: '路段',
  roundTrip: '往返',
  varies: '波动',
  speedHead: '速度',
  speed: '↓ {down} ↑ {up} Mbit/s',
  verdict: '结论',
  slow: '偏慢',
  fine: '正常',
  unknown: '未知',
  slowAt: '{time}。{from} → {to} 这一段偏慢。',
  slowAround: '{time}。{from} → {to} 这一段偏慢，直连绕开了它。',
  direct: '本机 → {lab}，直连',
  whole: '全程 → {service}',
  directSilent: '测量期间直连中断。请重新测试。',
  lost: '丢包 {percent}%',
  inUse: '使用中',
  fineAt: '{time}。没有哪一段比其他段更慢。',
  helps: {
    server:
      '换一个网络，或用网线代替 Wi-Fi，再测一次。如果还是这样，说明 {server} 太远或带宽已满：离你更近的云服务器或更大的带宽会有帮助。',
    lab: '{lab} 的网络到 {server} 偏慢，或距离太远。在那里用网线代替 Wi-Fi，或用离实验室更近的云服务器会有帮助；在本机上做什么都没有用。',
    service: '{service} 在 {lab} 上接受连接就已经很慢。请看看机器是否繁忙，并重新启动这个服务。',
  },
}
