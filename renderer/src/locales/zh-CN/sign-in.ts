import type { signIn as en } from '../en/sign-in.ts'
import type { Translation } from '../translation.ts'

export const signIn: Translation<typeof en> = {
  title: '登录 {machine}',
  why: '{machine} 要求 {user} 提供本应用没有保存的内容。你输入的内容只发给 {machine}，不会保存在本机。',
  says: '{machine} 的原话',
  again: '{machine} 没有接受。验证码只能用一次。',
  password: '{user} 的密码',
  answer: '回答',
  left: '还会等待 {time}。',
  send: '登录',
}
