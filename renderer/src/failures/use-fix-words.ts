import type { Fix } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'
import type { IconName } from '../ui/icons.ts'
import { useWrittenValue } from './use-written-value.ts'

export interface FixWords {
  label: string
  /** In the button of a row, which has room for few words: without what the row's page names. */
  short?: string
  icon: IconName | null
}

const fixIcons: Partial<Record<Fix['action'], IconName>> = {
  retry: 'again',
  'open-url': 'open',
  'start-service': 'copy',
  copy: 'copy',
  'open-host-firewall': 'shield',
}

/** The button of a fix. */
export function useFixWords(): (fix: Fix) => FixWords {
  const { t } = useI18n({ useScope: 'global' })
  const written = useWrittenValue()
  return (fix) => {
    const icon = fixIcons[fix.action] ?? null
    if (fix.action === 'use-port') return { label: t('ui.fixes.use-port', { port: fix.port }), icon }
    if (fix.action === 'allow-target')
      return {
        label: t('ui.fixes.allow-target', { targets: fix.targets.join(', ') }),
        short: t('ui.shortFixes.allow-target'),
        icon,
      }
    if (fix.action === 'update') return { label: t('ui.fixes.update', { program: fix.program }), icon }
    if (fix.action === 'share-folder')
      return {
        label: t('ui.fixes.share-folder', { folder: fix.folder }),
        short: t('ui.shortFixes.share-folder'),
        icon,
      }
    if (fix.action === 'open-url') {
      const label = written('provider', fix.label)
      const isProvider = label !== fix.label
      return {
        label: t(isProvider ? 'ports.openConsole' : 'ui.fixes.open-url', { provider: label, label }),
        ...(isProvider ? { short: t('ui.shortFixes.open-console') } : {}),
        icon,
      }
    }
    return { label: t(`ui.fixes.${fix.action}`), icon }
  }
}
