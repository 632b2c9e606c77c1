import { createI18n } from 'vue-i18n'
import { en } from './en.ts'
import type { Messages } from './en.ts'
import { zhCN } from './zh-cn.ts'
import { keepTogether } from './keep-together.ts'

export type Language = 'en' | 'zh-CN'

declare module 'vue-i18n' {
  // eslint-disable-next-line typescript/no-empty-object-type
  export interface DefineLocaleMessage extends Messages {}
}

/** The texts of the page. Texts are compiled to plain data when first used, never to code, as the page's policy forbids eval. */
export function createTexts(language: Language) {
  return createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: 'en',
    messages: { en, 'zh-CN': zhCN },
    missingWarn: false,
    fallbackWarn: false,
    postTranslation: (text) => (typeof text === 'string' ? keepTogether(text) : text),
  })
}

/** Chinese for every kind of Chinese that the system speaks, English otherwise. */
export function systemLanguage(): Language {
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}
